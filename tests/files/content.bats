# What decides how a file is read: flags, sparse checkouts, attributes, settings.

load ../test_helper
load ../round_trip

@test 'edited files that are flagged are saved, and keep their flags' {
	repo_new
	git update-index --assume-unchanged file
	git update-index --skip-worktree src/main.c
	echo edited >>file
	echo edited >>src/main.c
	change() {
		echo again >>file
		echo again >>src/main.c
	}
	round_trip change
}

@test 'untracked files outside a sparse cone come back' {
	repo_new
	mkdir out
	echo out >out/tracked
	commit_all out
	git sparse-checkout set --cone src
	mkdir out
	echo untracked >out/untracked
	round_trip rm -r out
}

@test 'core.fileMode=false leaves the modes to the index' {
	repo_new
	git config core.fileMode false
	chmod +x file
	assert_tree_is_gits
	round_trip chmod -x file
}

@test 'an ignored .gitattributes below the top counts' {
	repo_new
	printf '.gitattributes\n' >>.gitignore
	printf 'text\r\n' >src/crlf
	git -c core.autocrlf=false add .
	printf '*.c text eol=crlf\n' >src/.gitattributes
	rm src/main.c
	git checkout -q src/main.c
	sum=$(sha256sum src/main.c)
	git checkpoint create -q
	rm src/main.c src/.gitattributes
	git checkpoint restore -q latest
	assert_equal "$(sha256sum src/main.c)" "$sum"
}
