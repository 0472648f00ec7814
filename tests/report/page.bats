# The forms of a report: text, Markdown, and a page for a browser.

load ../test_helper

# Text as somebody hostile would choose it.
HOSTILE='<script>alert(1)</script> & "x" '"'y'"' | `z` *b* [l](u) &amp; ]]> -->'

# A session of that sprint, and what --detailed shows beside.
hostile_new() {
	repo_new "$BATS_TEST_TMPDIR/repo & <b>"
	git checkpoint session start --quiet --sprint="$HOSTILE"
	git checkpoint create --quiet --task="$HOSTILE" "$HOSTILE"
	git checkpoint create --quiet $'\u202e evil \ufffe\uffff'
}

# The first of the browsers that there are; skips without one.
need_browser() {
	BROWSER=$(command -v chromium || command -v chromium-browser ||
		command -v google-chrome) || skip 'there is no Chromium'
}

# dump_dom <page> [<option>...]: the page as the browser understood it.
dump_dom() {
	local page=$1

	shift
	timeout 60 "$BROWSER" --headless --no-sandbox --disable-gpu \
		--no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --disable-quic \
		--user-data-dir="$BATS_TEST_TMPDIR/browser" "$@" \
		--dump-dom "file://$page" 2>/dev/null
}

@test "the page is well-formed, with and without something to show" {
	repo_new
	git checkpoint report --format=html >../page
	run -0 xmllint --noout ../page
	refute_output
	git checkpoint create --quiet
	git checkpoint report --format=html --detailed >../page
	run -0 xmllint --noout ../page
	refute_output
}

@test "hostile text stays text" {
	hostile_new
	git checkpoint report --format=html --detailed >../page
	run -0 xmllint --noout ../page
	refute_output
	run -0 xmllint --xpath 'count(//*[local-name()="script"])' ../page
	assert_output 0
	# Each has one <b>, which is in the name of the directory.
	run -0 xmllint --xpath 'count(//*[local-name()="b"])' ../page
	assert_output 0
	run -0 xmllint --xpath 'string(//*[local-name()="h1"])' ../page
	assert_output 'repo & <b>'
	run -0 xmllint --xpath 'string(//*[local-name()="td"][2])' ../page
	assert_output "$HOSTILE"
	run -1 grep --perl-regexp '\x1b|\xe2\x80\xae|\xef\xbf[\xbe\xbf]' ../page
}

@test "the page asks nobody for anything" {
	hostile_new
	git checkpoint report --format=html --detailed >../page
	run -0 xmllint --xpath 'count(//@src | //@href | //@srcset)' ../page
	assert_output 0
	run -1 grep --ignore-case '@import\|url(' ../page
	# What names a namespace is no address to load from.
	run -0 sed 's,http://www.w3.org/[a-z0-9/]*,,g' ../page
	refute_output --partial '//www'
	refute_output --partial '<script'
}

@test "every plot is drawn, as wide as the page" {
	hostile_new
	git checkpoint report --format=html >../page
	run -0 xmllint --xpath \
		'//*[local-name()="section"][*[@class="plot"]]/*[local-name()="h2"]/text()' \
		../page
	assert_line 'Timeline'
	assert_line 'Storage over time'
	assert_line 'Checkpoints by type'
	run -0 xmllint --xpath \
		'count(//*[@class="plot" and @width="100%" and @aria-label])' \
		../page
	assert [ "$output" -ge 3 ]
}

@test "a browser shows the page, on a telephone and on a desk" {
	need_browser
	hostile_new
	git checkpoint report --format=html --detailed >"$HOME/page.html"
	# What this adds is seen if it ran: how wide the page is, how far it
	# would scroll sideways, and whether anything of a plot has no place.
	cat >>"$HOME/page.html" <<-'EOT'
		<script>
		document.title = [
			document.documentElement.scrollWidth <= innerWidth,
			[...document.querySelectorAll('.plot')].every(
				plot => plot.getBoundingClientRect().width > 200),
			getComputedStyle(document.body).backgroundColor,
		].join(' ');
		</script>
	EOT
	for width in 390 1280; do
		run -0 dump_dom "$HOME/page.html" --window-size="$width,900"
		assert_output --partial '<title>true true rgb(244, 245, 248)</title>'
	done
	run -0 dump_dom "$HOME/page.html" --window-size=390,900 \
		--blink-settings=preferredColorScheme=0
	assert_output --partial '<title>true true rgb(13, 17, 23)</title>'
}

@test "Markdown has tables, and hostile text stays text in them" {
	hostile_new
	run -0 git checkpoint report --format=markdown --detailed
	assert_line '# Report of repo &amp; &lt;b>, all time'
	assert_line '## Sessions'
	assert_line '| Session | Sprint | Status | Started | Time | Tasks | Checkpoints | Added |'
	assert_line '| --- | --- | --- | --- | ---: | ---: | ---: | ---: |'
	assert_output --partial '&lt;script>alert(1)&lt;/script> &amp; "x" '
	assert_output --partial '\| \`z\` \*b\* \[l\](u) &amp;amp;'
	refute_output --partial '<script'
	# Every row of a table has the cells of its head.
	run -0 awk -F'[^\\\\][|]' '
		!/^\|/ { n = 0 }
		/^\| ?---/ { n = NF }
		n && NF != n' \
		<<<"$output"
	refute_output
}

@test "text cannot drive the terminal" {
	hostile_new
	run -0 git checkpoint report --detailed
	refute_output --partial $'\e'
	refute_output --partial $'\u202e'
}
