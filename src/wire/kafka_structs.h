/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_structs.h - Kafka's messages as C values: one struct for all versions of a message.
 *
 * Members are Kafka's fields in our spelling, in Kafka's order.  A decoded
 * message lives in the arena that it was decoded with; its strings, bytes and
 * records are borrowed from the bytes that were received.  To make one, start
 * with kafka_message_init(): it gives each field its default.
 *
 * A span with NULL data is null where the field can be null, and empty where
 * it cannot.  An array is a pointer and a count; a NULL pointer is null where
 * the array can be null.  What a field means in which version stands in Kafka's
 * definitions; what is easily got wrong is said here.
 *
 * Thread: any; messages are values. */
#ifndef WIRE_KAFKA_STRUCTS_H
#define WIRE_KAFKA_STRUCTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct kafka_uuid {
    uint8_t bytes[16];
};

/* Headers: the one before every request, and before every response. */

struct kafka_request_header {
    int16_t request_api_key;
    int16_t request_api_version;
    int32_t correlation_id;
    struct span client_id; /* may be null */
};

struct kafka_response_header {
    int32_t correlation_id;
};

/* Produce (0) */

struct produce_partition {
    int32_t index;
    struct span records; /* may be null */
};

struct produce_topic {
    struct span name;           /* to version 12 */
    struct kafka_uuid topic_id; /* from version 13 */
    struct produce_partition *partition_data;
    size_t partition_data_count;
};

struct produce_request {
    struct span transactional_id; /* may be null */
    int16_t acks;                 /* 0: no response is sent; 1, -1 */
    int32_t timeout_ms;
    struct produce_topic *topic_data;
    size_t topic_data_count;
};

struct produce_record_error {
    int32_t batch_index;
    struct span batch_index_error_message; /* may be null */
};

struct produce_leader {
    int32_t leader_id;
    int32_t leader_epoch;
};

struct produce_partition_result {
    int32_t index;
    int16_t error_code;
    int64_t base_offset;
    int64_t log_append_time_ms; /* -1 unless the topic's time is the broker's */
    int64_t log_start_offset;
    struct produce_record_error *record_errors;
    size_t record_errors_count;
    struct span error_message; /* may be null */
    struct produce_leader current_leader;
};

struct produce_topic_result {
    struct span name;
    struct kafka_uuid topic_id;
    struct produce_partition_result *partition_responses;
    size_t partition_responses_count;
};

struct produce_node {
    int32_t node_id;
    struct span host;
    int32_t port;
    struct span rack; /* may be null */
};

struct produce_response {
    struct produce_topic_result *responses;
    size_t responses_count;
    int32_t throttle_time_ms;
    struct produce_node *node_endpoints;
    size_t node_endpoints_count;
};

/* Fetch (1) */

struct fetch_replica_state {
    int32_t replica_id;
    int64_t replica_epoch;
};

struct fetch_partition {
    int32_t partition;
    int32_t current_leader_epoch;
    int64_t fetch_offset;
    int32_t last_fetched_epoch;
    int64_t log_start_offset;
    int32_t partition_max_bytes;
    struct kafka_uuid replica_directory_id;
    int64_t high_watermark;
};

struct fetch_topic {
    struct span topic;          /* to version 12 */
    struct kafka_uuid topic_id; /* from version 13 */
    struct fetch_partition *partitions;
    size_t partitions_count;
};

struct fetch_forgotten_topic {
    struct span topic;
    struct kafka_uuid topic_id;
    int32_t *partitions;
    size_t partitions_count;
};

struct fetch_request {
    struct span cluster_id; /* may be null */
    int32_t replica_id;
    struct fetch_replica_state replica_state;
    int32_t max_wait_ms;
    int32_t min_bytes;
    int32_t max_bytes;
    int8_t isolation_level;
    int32_t session_id;
    int32_t session_epoch;
    struct fetch_topic *topics;
    size_t topics_count;
    struct fetch_forgotten_topic *forgotten_topics_data;
    size_t forgotten_topics_data_count;
    struct span rack_id;
};

struct fetch_diverging_epoch {
    int32_t epoch;
    int64_t end_offset;
};

struct fetch_leader {
    int32_t leader_id;
    int32_t leader_epoch;
};

struct fetch_snapshot_id {
    int64_t end_offset;
    int32_t epoch;
};

struct fetch_aborted {
    int64_t producer_id;
    int64_t first_offset;
};

struct fetch_partition_result {
    int32_t partition_index;
    int16_t error_code;
    int64_t high_watermark;
    int64_t last_stable_offset;
    int64_t log_start_offset;
    struct fetch_diverging_epoch diverging_epoch;
    struct fetch_leader current_leader;
    struct fetch_snapshot_id snapshot_id;
    struct fetch_aborted *aborted_transactions; /* may be null */
    size_t aborted_transactions_count;
    int32_t preferred_read_replica;
    struct span records; /* null by default; where there are none Kafka sends an empty one */
};

struct fetch_topic_result {
    struct span topic;
    struct kafka_uuid topic_id;
    struct fetch_partition_result *partitions;
    size_t partitions_count;
};

struct fetch_node {
    int32_t node_id;
    struct span host;
    int32_t port;
    struct span rack; /* may be null */
};

struct fetch_response {
    int32_t throttle_time_ms;
    int16_t error_code;
    int32_t session_id; /* 0 declines an incremental session (KIP-227) */
    struct fetch_topic_result *responses;
    size_t responses_count;
    struct fetch_node *node_endpoints;
    size_t node_endpoints_count;
};

/* ListOffsets (2) */

struct list_offsets_partition {
    int32_t partition_index;
    int32_t current_leader_epoch;
    int64_t timestamp; /* -1 the end, -2 the beginning, ... (KIP-79, KIP-734, KIP-405) */
};

struct list_offsets_topic {
    struct span name;
    struct list_offsets_partition *partitions;
    size_t partitions_count;
};

struct list_offsets_request {
    int32_t replica_id;
    int8_t isolation_level;
    struct list_offsets_topic *topics;
    size_t topics_count;
    int32_t timeout_ms;
};

struct list_offsets_partition_result {
    int32_t partition_index;
    int16_t error_code;
    int64_t timestamp;
    int64_t offset;
    int32_t leader_epoch;
};

struct list_offsets_topic_result {
    struct span name;
    struct list_offsets_partition_result *partitions;
    size_t partitions_count;
};

struct list_offsets_response {
    int32_t throttle_time_ms;
    struct list_offsets_topic_result *topics;
    size_t topics_count;
};

/* Metadata (3) */

struct metadata_topic {
    struct kafka_uuid topic_id;
    struct span name; /* may be null */
};

struct metadata_request {
    struct metadata_topic *topics; /* all topics: null, in version 0 an empty array */
    size_t topics_count;
    bool allow_auto_topic_creation; /* true before version 4 */
    bool include_cluster_authorized_operations;
    bool include_topic_authorized_operations;
};

struct metadata_broker {
    int32_t node_id;
    struct span host;
    int32_t port;
    struct span rack; /* may be null */
};

struct metadata_partition {
    int16_t error_code;
    int32_t partition_index;
    int32_t leader_id;
    int32_t leader_epoch;
    int32_t *replica_nodes;
    size_t replica_nodes_count;
    int32_t *isr_nodes;
    size_t isr_nodes_count;
    int32_t *offline_replicas;
    size_t offline_replicas_count;
};

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): the order is Kafka's */
struct metadata_topic_result {
    int16_t error_code;
    struct span name; /* may be null */
    struct kafka_uuid topic_id;
    bool is_internal;
    struct metadata_partition *partitions;
    size_t partitions_count;
    int32_t topic_authorized_operations;
};

struct metadata_response {
    int32_t throttle_time_ms;
    struct metadata_broker *brokers;
    size_t brokers_count;
    struct span cluster_id; /* may be null */
    int32_t controller_id;
    struct metadata_topic_result *topics;
    size_t topics_count;
    int32_t cluster_authorized_operations;
    int16_t error_code;
};

/* FindCoordinator (10) */

struct find_coordinator_request {
    struct span key;               /* to version 3 */
    int8_t key_type;               /* 0 group, 1 transaction, 2 share group */
    struct span *coordinator_keys; /* from version 4 */
    size_t coordinator_keys_count;
};

struct find_coordinator_result {
    struct span key;
    int32_t node_id;
    struct span host;
    int32_t port;
    int16_t error_code;
    struct span error_message; /* may be null */
};

struct find_coordinator_response {
    int32_t throttle_time_ms;
    int16_t error_code;
    struct span error_message; /* may be null */
    int32_t node_id;
    struct span host;
    int32_t port;
    struct find_coordinator_result *coordinators;
    size_t coordinators_count;
};

/* ApiVersions (18) */

struct api_versions_request {
    struct span client_software_name;
    struct span client_software_version;
};

struct api_versions_key {
    int16_t api_key;
    int16_t min_version;
    int16_t max_version;
};

struct api_versions_supported {
    struct span name;
    int16_t min_version;
    int16_t max_version;
};

struct api_versions_finalized {
    struct span name;
    int16_t max_version_level;
    int16_t min_version_level;
};

struct api_versions_response {
    int16_t error_code;
    struct api_versions_key *api_keys;
    size_t api_keys_count;
    int32_t throttle_time_ms;
    struct api_versions_supported *supported_features;
    size_t supported_features_count;
    int64_t finalized_features_epoch;
    struct api_versions_finalized *finalized_features;
    size_t finalized_features_count;
    bool zk_migration_ready;
};

/* CreateTopics (19) */

struct create_topics_assignment {
    int32_t partition_index;
    int32_t *broker_ids;
    size_t broker_ids_count;
};

struct create_topics_config {
    struct span name;
    struct span value; /* may be null */
};

struct create_topics_topic {
    struct span name;
    int32_t num_partitions;
    int16_t replication_factor;
    struct create_topics_assignment *assignments;
    size_t assignments_count;
    struct create_topics_config *configs;
    size_t configs_count;
};

struct create_topics_request {
    struct create_topics_topic *topics;
    size_t topics_count;
    int32_t timeout_ms;
    bool validate_only;
};

struct create_topics_result_config {
    struct span name;
    struct span value; /* may be null */
    bool read_only;
    int8_t config_source;
    bool is_sensitive;
};

struct create_topics_result {
    struct span name;
    struct kafka_uuid topic_id;
    int16_t error_code;
    struct span error_message; /* may be null */
    int16_t topic_config_error_code;
    int32_t num_partitions;
    int16_t replication_factor;
    struct create_topics_result_config *configs; /* may be null */
    size_t configs_count;
};

struct create_topics_response {
    int32_t throttle_time_ms;
    struct create_topics_result *topics;
    size_t topics_count;
};

/* DeleteTopics (20) */

struct delete_topics_topic {
    struct span name; /* may be null */
    struct kafka_uuid topic_id;
};

struct delete_topics_request {
    struct delete_topics_topic *topics; /* from version 6 */
    size_t topics_count;
    struct span *topic_names; /* to version 5 */
    size_t topic_names_count;
    int32_t timeout_ms;
};

struct delete_topics_result {
    struct span name; /* may be null */
    struct kafka_uuid topic_id;
    int16_t error_code;
    struct span error_message; /* may be null */
};

struct delete_topics_response {
    int32_t throttle_time_ms;
    struct delete_topics_result *responses;
    size_t responses_count;
};

/* InitProducerId (22) */

struct init_producer_id_request {
    struct span transactional_id; /* may be null */
    int32_t transaction_timeout_ms;
    int64_t producer_id;
    int16_t producer_epoch;
    bool enable2_pc;
    bool keep_prepared_txn;
};

struct init_producer_id_response {
    int32_t throttle_time_ms;
    int16_t error_code;
    int64_t producer_id;
    int16_t producer_epoch;
    int64_t ongoing_txn_producer_id;
    int16_t ongoing_txn_producer_epoch;
};

/* OffsetForLeaderEpoch (23) */

struct leader_epoch_partition {
    int32_t partition;
    int32_t current_leader_epoch;
    int32_t leader_epoch;
};

struct leader_epoch_topic {
    struct span topic;
    struct leader_epoch_partition *partitions;
    size_t partitions_count;
};

struct offset_for_leader_epoch_request {
    int32_t replica_id;
    struct leader_epoch_topic *topics;
    size_t topics_count;
};

struct leader_epoch_end {
    int16_t error_code;
    int32_t partition;
    int32_t leader_epoch;
    int64_t end_offset;
};

struct leader_epoch_topic_result {
    struct span topic;
    struct leader_epoch_end *partitions;
    size_t partitions_count;
};

struct offset_for_leader_epoch_response {
    int32_t throttle_time_ms;
    struct leader_epoch_topic_result *topics;
    size_t topics_count;
};

/* DescribeConfigs (32) */

struct describe_configs_resource {
    int8_t resource_type;
    struct span resource_name;
    struct span *configuration_keys; /* may be null */
    size_t configuration_keys_count;
};

struct describe_configs_request {
    struct describe_configs_resource *resources;
    size_t resources_count;
    bool include_synonyms;
    bool include_documentation;
};

struct describe_configs_synonym {
    struct span name;
    struct span value; /* may be null */
    int8_t source;
};

struct describe_configs_config {
    struct span name;
    struct span value; /* may be null */
    bool read_only;
    int8_t config_source;
    bool is_sensitive;
    struct describe_configs_synonym *synonyms;
    size_t synonyms_count;
    int8_t config_type;
    struct span documentation; /* may be null */
};

struct describe_configs_result {
    int16_t error_code;
    struct span error_message; /* may be null */
    int8_t resource_type;
    struct span resource_name;
    struct describe_configs_config *configs;
    size_t configs_count;
};

struct describe_configs_response {
    int32_t throttle_time_ms;
    struct describe_configs_result *results;
    size_t results_count;
};

/* CreatePartitions (37) */

struct create_partitions_assignment {
    int32_t *broker_ids;
    size_t broker_ids_count;
};

struct create_partitions_topic {
    struct span name;
    int32_t count;
    struct create_partitions_assignment *assignments; /* may be null */
    size_t assignments_count;
};

struct create_partitions_request {
    struct create_partitions_topic *topics;
    size_t topics_count;
    int32_t timeout_ms;
    bool validate_only;
};

struct create_partitions_result {
    struct span name;
    int16_t error_code;
    struct span error_message; /* may be null */
};

struct create_partitions_response {
    int32_t throttle_time_ms;
    struct create_partitions_result *results;
    size_t results_count;
};

/* DescribeCluster (60) */

struct describe_cluster_request {
    bool include_cluster_authorized_operations;
    int8_t endpoint_type;
    bool include_fenced_brokers;
};

struct describe_cluster_broker {
    int32_t broker_id;
    struct span host;
    int32_t port;
    struct span rack; /* may be null */
    bool is_fenced;
};

struct describe_cluster_response {
    int32_t throttle_time_ms;
    int16_t error_code;
    struct span error_message; /* may be null */
    int8_t endpoint_type;
    struct span cluster_id;
    int32_t controller_id;
    struct describe_cluster_broker *brokers;
    size_t brokers_count;
    int32_t cluster_authorized_operations;
};

#endif
