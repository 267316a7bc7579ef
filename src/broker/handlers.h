/* SPDX-License-Identifier: Apache-2.0 */
/* handlers.h - what answers each API: takes a decoded request, and ends it now or later.
 *
 * Each stands in the file of its name.
 *
 * Thread: the loop. */
#ifndef BROKER_HANDLERS_H
#define BROKER_HANDLERS_H

#include "broker/request.h"

void produce_serve(struct request *request);
void fetch_serve(struct request *request);
void list_offsets_serve(struct request *request);
void metadata_serve(struct request *request);
void find_coordinator_serve(struct request *request);
void api_versions_serve(struct request *request);
void create_topics_serve(struct request *request);
void delete_topics_serve(struct request *request);
void init_producer_id_serve(struct request *request);
void leader_epoch_serve(struct request *request);
void describe_configs_serve(struct request *request);
void describe_cluster_serve(struct request *request);

/* Answers all fetches that wait, with what there is: the broker goes down. */
void fetch_answer_all(struct node *node);
/* A client is gone: its fetches wait no longer. */
void fetch_forget(struct node *node, const struct frame_peer *peer);

#endif
