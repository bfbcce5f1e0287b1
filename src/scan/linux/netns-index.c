/* A list of network namespaces, by inode. */
#include "scan/linux/netns-list.h"

struct linux_netns *
listing_find(const struct listing *s, uint64_t inode)
{
	uint32_t at = map_get(&s->index, inode);

	return at != 0 ? &s->list->v[at - 1] : NULL;
}

struct linux_netns *
listing_add(struct listing *s, uint64_t inode, struct str label)
{
	struct linux_netns_list *l = s->list;
	struct linux_netns *ns = MEM_PUSH(l->v, l->n, l->cap);

	*ns = (struct linux_netns){ .inode = inode, .label = label };
	*map_at(&s->index, inode) = (uint32_t)l->n;
	return ns;
}
