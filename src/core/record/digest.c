#include "core/record/digest.h"

#include "base/buf.h"
#include "base/checksum.h"
#include "git/object.h"
#include "git/ref.h"

static void add_oid(struct buf *text, const char *name, const struct oid *oid)
{
	char hex[OID_HEXSZ + 1];

	buf_addf(text, "%s %s\n", name,
		 oid_is_zero(oid) ? "-" : oid_hex(oid, hex));
}

/* The refs of the operation as lines "<id> <name>", as one value. */
static int refs_id(const struct ref_list *refs, struct oid *out,
		   struct error *err)
{
	struct buf text = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	int ret = 0;

	*out = (struct oid){{0}};
	for (size_t i = 0; i < refs->nr; i++) {
		const struct ref *ref = &refs->items[i];

		buf_addf(&text, "%s %s\n",
			 oid_is_zero(&ref->oid) ? "-" : oid_hex(&ref->oid, hex),
			 ref->name);
	}
	if (text.len)
		ret = object_hash(out, OBJECT_BLOB, text.ptr, text.len, err);
	buf_release(&text);
	return ret;
}

int digest_compute(const struct digest_parts *parts, char out[DIGEST_SIZE],
		   struct error *err)
{
	struct buf text = BUF_INIT;
	struct oid op_refs;
	int ret = refs_id(parts->op_refs, &op_refs, err);

	if (ret < 0)
		return ret;
	add_oid(&text, "tree", parts->tree);
	add_oid(&text, "raw", parts->raw);
	add_oid(&text, "index", parts->index);
	add_oid(&text, "index-extra", parts->index_extra);
	add_oid(&text, "worktree-extra", parts->worktree_extra);
	add_oid(&text, "stages", parts->stages);
	add_oid(&text, "gitdir", parts->gitdir);
	add_oid(&text, "op-refs", &op_refs);
	buf_addf(&text, "head-ref %s\n",
		 parts->head_ref ? parts->head_ref : "-");
	add_oid(&text, "head", parts->head);
	memcpy(out, "sha256:", 7);
	checksum_sha256_hex(text.ptr, text.len, out + 7);
	buf_release(&text);
	return 0;
}
