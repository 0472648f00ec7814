#include "git/tree_memory.h"

#include "base/alloc.h"
#include "base/strmap.h"
#include "git/object.h"
#include "git/pack.h"

const struct oid tree_empty_id = {{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e,
				   0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6,
				   0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}};

struct tree_memory {
	struct strmap trees; /* by hex id: struct buf */
};

struct tree_memory *tree_memory_new(void)
{
	return xcalloc(1, sizeof(struct tree_memory));
}

static void free_buf(void *value)
{
	buf_release(value);
	free(value);
}

void tree_memory_free(struct tree_memory *memory)
{
	if (!memory)
		return;
	strmap_release(&memory->trees, free_buf);
	free(memory);
}

void tree_memory_put(struct tree_memory *memory, const struct buf *raw,
		     const struct oid *oid)
{
	char hex[OID_HEXSZ + 1];
	struct buf *copy;

	if (strmap_has(&memory->trees, oid_hex(oid, hex)))
		return;
	copy = xmalloc(sizeof(*copy));
	*copy = (struct buf)BUF_INIT;
	buf_add(copy, raw->ptr, raw->len);
	strmap_put(&memory->trees, hex, copy);
}

int tree_memory_add(struct tree_memory *memory, struct pack *pack,
		    const struct buf *raw, struct oid *out, struct error *err)
{
	if (pack_add(pack, OBJECT_TREE, raw->ptr, raw->len, out, err) < 0)
		return err->code;
	if (memory)
		tree_memory_put(memory, raw, out);
	return 0;
}

int tree_memory_read(const struct tree_memory *memory, struct repository *repo,
		     const struct oid *oid, struct buf *out, struct error *err)
{
	char hex[OID_HEXSZ + 1];
	const struct buf *known = NULL;

	if (oid_equal(oid, &tree_empty_id))
		return 0;
	if (memory)
		known = strmap_get(&memory->trees, oid_hex(oid, hex));
	if (!known)
		return object_read(repo, oid, OBJECT_TREE, TREE_MAX_BYTES, out,
				   err);
	buf_add(out, known->ptr, known->len);
	return 0;
}
