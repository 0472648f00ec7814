/*
 * Writes to files through shared mappings, as databases do. Lines on standard
 * input say what to do; each is answered with "ok" when it is done:
 *
 *	map <file>      map its first bytes
 *	write <text>    over them, in the file that was mapped last
 *	unmap           that one
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BYTES 4096

static int map(const char *path, char **data)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return -1;
	*data = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return *data == MAP_FAILED ? -1 : 0;
}

int main(void)
{
	char line[4096], *data = NULL;

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "map ", 4) && map(line + 4, &data) < 0)
			return 1;
		/* Only the first write to a page that is clean changes the
		 * file's times, so that anybody can see it at all. */
		if (!strncmp(line, "write ", 6) && data) {
			memcpy(data, line + 6, strlen(line + 6));
			msync(data, BYTES, MS_SYNC);
		}
		if (!strcmp(line, "unmap") && data) {
			munmap(data, BYTES);
			data = NULL;
		}
		puts("ok");
		fflush(stdout);
	}
	return 0;
}
