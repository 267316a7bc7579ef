/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_table.c - the rows, in the order of Kafka's message definitions, to be read beside them.
 *
 *     ROW(struct, member, KIND, first version, last version, ...)       one value
 *     ARRAY(struct, member, KIND, first version, last version, ...)     an array of values
 *     PART(struct, member, inner struct, first version, last, ...)      a struct
 *     LIST(struct, member, inner struct, first version, last, ...)      an array of structs
 *
 * UP is "and later".  After the versions, where they apply:
 *
 *     NULLABLE(n)    can be null from version n on
 *     TAG(n)         is a tagged field, in all versions that carry it
 *     DEFAULT(n), DEFAULT_NULL    its value in versions that do not carry it; else zero or empty
 *     IGNORABLE      those versions may lose its value
 *     CLASSIC        has a classic length in flexible versions, too
 *
 * A struct stands before the one that it is within; MESSAGE ends a whole message with its versions
 * and its first flexible one. */
#include "wire/kafka_table.h"

#include "base/mem.h"
#include "wire/kafka_structs.h"

#define UP KAFKA_VERSION_UP

#define AT(tag_, member_) .name = #member_, .offset = offsetof(struct tag_, member_)
#define COUNT(tag_, member_)                                                                       \
    .is_array = true, .count_offset = offsetof(struct tag_, member_##_count)
#define INNER(inner_) .kind = KAFKA_STRUCT, .of = &inner_##_struct
#define VERSIONS(first_, ...) .first = (first_), .last = __VA_ARGS__

/* clang-format off */
#define ROW(tag_, member_, kind_, ...) \
    {AT(tag_, member_), .kind = KAFKA_##kind_, VERSIONS(__VA_ARGS__)}
#define ARRAY(tag_, member_, kind_, ...) \
    {AT(tag_, member_), COUNT(tag_, member_), .kind = KAFKA_##kind_, VERSIONS(__VA_ARGS__)}
#define PART(tag_, member_, inner_, ...) \
    {AT(tag_, member_), INNER(inner_), VERSIONS(__VA_ARGS__)}
#define LIST(tag_, member_, inner_, ...) \
    {AT(tag_, member_), COUNT(tag_, member_), INNER(inner_), VERSIONS(__VA_ARGS__)}

#define NULLABLE(from_) .is_nullable = true, .nullable_from = (from_)
#define TAG(tag_) .is_tagged = true, .tag = (tag_)
#define DEFAULT(value_) .fallback = (value_)
#define DEFAULT_NULL .null_fallback = true
#define IGNORABLE .ignorable = true
#define CLASSIC .classic = true

#define ROWS_OF(tag_) \
    .name = #tag_, .fields = tag_##_rows, .field_count = COUNT_OF(tag_##_rows), \
    .size = sizeof(struct tag_)
#define STRUCT(tag_) \
    static const struct kafka_struct tag_##_struct = {ROWS_OF(tag_)}
#define MESSAGE(tag_, first_, last_, flexible_from_) \
    static const struct kafka_struct tag_##_struct = { \
        ROWS_OF(tag_), .first = (first_), .last = (last_), .flexible_from = (flexible_from_)}
#define HEADER(name_, tag_, first_, last_, flexible_from_) \
    const struct kafka_struct name_ = { \
        ROWS_OF(tag_), .first = (first_), .last = (last_), .flexible_from = (flexible_from_)}

/* Headers.  Version 0 of the request's has no client id and no one sends it any more. */

static const struct kafka_field kafka_request_header_rows[] = {
    ROW(kafka_request_header, request_api_key, INT16, 0, UP),
    ROW(kafka_request_header, request_api_version, INT16, 0, UP),
    ROW(kafka_request_header, correlation_id, INT32, 0, UP),
    ROW(kafka_request_header, client_id, STRING, 1, UP, NULLABLE(1), CLASSIC),
};
HEADER(kafka_table_request_header, kafka_request_header, 1, 2, 2);

static const struct kafka_field kafka_response_header_rows[] = {
    ROW(kafka_response_header, correlation_id, INT32, 0, UP),
};
HEADER(kafka_table_response_header, kafka_response_header, 0, 1, 1);

/* Produce (0) */

static const struct kafka_field produce_partition_rows[] = {
    ROW(produce_partition, index, INT32, 0, UP),
    ROW(produce_partition, records, RECORDS, 0, UP, NULLABLE(0)),
};
STRUCT(produce_partition);

static const struct kafka_field produce_topic_rows[] = {
    ROW(produce_topic, name, STRING, 0, 12, IGNORABLE),
    ROW(produce_topic, topic_id, UUID, 13, UP, IGNORABLE),
    LIST(produce_topic, partition_data, produce_partition, 0, UP),
};
STRUCT(produce_topic);

static const struct kafka_field produce_request_rows[] = {
    ROW(produce_request, transactional_id, STRING, 3, UP, NULLABLE(3), DEFAULT_NULL),
    ROW(produce_request, acks, INT16, 0, UP),
    ROW(produce_request, timeout_ms, INT32, 0, UP),
    LIST(produce_request, topic_data, produce_topic, 0, UP),
};
MESSAGE(produce_request, 3, 13, 9);

static const struct kafka_field produce_record_error_rows[] = {
    ROW(produce_record_error, batch_index, INT32, 8, UP),
    ROW(produce_record_error, batch_index_error_message, STRING, 8, UP, NULLABLE(8), DEFAULT_NULL),
};
STRUCT(produce_record_error);

static const struct kafka_field produce_leader_rows[] = {
    ROW(produce_leader, leader_id, INT32, 10, UP, DEFAULT(-1)),
    ROW(produce_leader, leader_epoch, INT32, 10, UP, DEFAULT(-1)),
};
STRUCT(produce_leader);

static const struct kafka_field produce_partition_result_rows[] = {
    ROW(produce_partition_result, index, INT32, 0, UP),
    ROW(produce_partition_result, error_code, INT16, 0, UP),
    ROW(produce_partition_result, base_offset, INT64, 0, UP),
    ROW(produce_partition_result, log_append_time_ms, INT64, 2, UP, DEFAULT(-1), IGNORABLE),
    ROW(produce_partition_result, log_start_offset, INT64, 5, UP, DEFAULT(-1), IGNORABLE),
    LIST(produce_partition_result, record_errors, produce_record_error, 8, UP, IGNORABLE),
    ROW(produce_partition_result, error_message, STRING, 8, UP, NULLABLE(8), DEFAULT_NULL,
        IGNORABLE),
    PART(produce_partition_result, current_leader, produce_leader, 10, UP, TAG(0)),
};
STRUCT(produce_partition_result);

static const struct kafka_field produce_topic_result_rows[] = {
    ROW(produce_topic_result, name, STRING, 0, 12, IGNORABLE),
    ROW(produce_topic_result, topic_id, UUID, 13, UP, IGNORABLE),
    LIST(produce_topic_result, partition_responses, produce_partition_result, 0, UP),
};
STRUCT(produce_topic_result);

static const struct kafka_field produce_node_rows[] = {
    ROW(produce_node, node_id, INT32, 10, UP),
    ROW(produce_node, host, STRING, 10, UP),
    ROW(produce_node, port, INT32, 10, UP),
    ROW(produce_node, rack, STRING, 10, UP, NULLABLE(10), DEFAULT_NULL),
};
STRUCT(produce_node);

static const struct kafka_field produce_response_rows[] = {
    LIST(produce_response, responses, produce_topic_result, 0, UP),
    ROW(produce_response, throttle_time_ms, INT32, 1, UP, IGNORABLE),
    LIST(produce_response, node_endpoints, produce_node, 10, UP, TAG(0)),
};
MESSAGE(produce_response, 3, 13, 9);

/* Fetch (1) */

static const struct kafka_field fetch_replica_state_rows[] = {
    ROW(fetch_replica_state, replica_id, INT32, 15, UP, DEFAULT(-1)),
    ROW(fetch_replica_state, replica_epoch, INT64, 15, UP, DEFAULT(-1)),
};
STRUCT(fetch_replica_state);

static const struct kafka_field fetch_partition_rows[] = {
    ROW(fetch_partition, partition, INT32, 0, UP),
    ROW(fetch_partition, current_leader_epoch, INT32, 9, UP, DEFAULT(-1), IGNORABLE),
    ROW(fetch_partition, fetch_offset, INT64, 0, UP),
    ROW(fetch_partition, last_fetched_epoch, INT32, 12, UP, DEFAULT(-1)),
    ROW(fetch_partition, log_start_offset, INT64, 5, UP, DEFAULT(-1), IGNORABLE),
    ROW(fetch_partition, partition_max_bytes, INT32, 0, UP),
    ROW(fetch_partition, replica_directory_id, UUID, 17, UP, TAG(0), IGNORABLE),
    ROW(fetch_partition, high_watermark, INT64, 18, UP, TAG(1), DEFAULT(INT64_MAX), IGNORABLE),
};
STRUCT(fetch_partition);

static const struct kafka_field fetch_topic_rows[] = {
    ROW(fetch_topic, topic, STRING, 0, 12, IGNORABLE),
    ROW(fetch_topic, topic_id, UUID, 13, UP, IGNORABLE),
    LIST(fetch_topic, partitions, fetch_partition, 0, UP),
};
STRUCT(fetch_topic);

static const struct kafka_field fetch_forgotten_topic_rows[] = {
    ROW(fetch_forgotten_topic, topic, STRING, 7, 12, IGNORABLE),
    ROW(fetch_forgotten_topic, topic_id, UUID, 13, UP, IGNORABLE),
    ARRAY(fetch_forgotten_topic, partitions, INT32, 7, UP),
};
STRUCT(fetch_forgotten_topic);

static const struct kafka_field fetch_request_rows[] = {
    ROW(fetch_request, cluster_id, STRING, 12, UP, NULLABLE(12), TAG(0), DEFAULT_NULL, IGNORABLE),
    ROW(fetch_request, replica_id, INT32, 0, 14, DEFAULT(-1)),
    PART(fetch_request, replica_state, fetch_replica_state, 15, UP, TAG(1)),
    ROW(fetch_request, max_wait_ms, INT32, 0, UP),
    ROW(fetch_request, min_bytes, INT32, 0, UP),
    ROW(fetch_request, max_bytes, INT32, 3, UP, DEFAULT(INT32_MAX), IGNORABLE),
    ROW(fetch_request, isolation_level, INT8, 4, UP, IGNORABLE),
    ROW(fetch_request, session_id, INT32, 7, UP, IGNORABLE),
    ROW(fetch_request, session_epoch, INT32, 7, UP, DEFAULT(-1), IGNORABLE),
    LIST(fetch_request, topics, fetch_topic, 0, UP),
    LIST(fetch_request, forgotten_topics_data, fetch_forgotten_topic, 7, UP),
    ROW(fetch_request, rack_id, STRING, 11, UP, IGNORABLE),
};
MESSAGE(fetch_request, 4, 18, 12);

static const struct kafka_field fetch_diverging_epoch_rows[] = {
    ROW(fetch_diverging_epoch, epoch, INT32, 12, UP, DEFAULT(-1)),
    ROW(fetch_diverging_epoch, end_offset, INT64, 12, UP, DEFAULT(-1)),
};
STRUCT(fetch_diverging_epoch);

static const struct kafka_field fetch_leader_rows[] = {
    ROW(fetch_leader, leader_id, INT32, 12, UP, DEFAULT(-1)),
    ROW(fetch_leader, leader_epoch, INT32, 12, UP, DEFAULT(-1)),
};
STRUCT(fetch_leader);

static const struct kafka_field fetch_snapshot_id_rows[] = {
    ROW(fetch_snapshot_id, end_offset, INT64, 0, UP, DEFAULT(-1)),
    ROW(fetch_snapshot_id, epoch, INT32, 0, UP, DEFAULT(-1)),
};
STRUCT(fetch_snapshot_id);

static const struct kafka_field fetch_aborted_rows[] = {
    ROW(fetch_aborted, producer_id, INT64, 4, UP),
    ROW(fetch_aborted, first_offset, INT64, 4, UP),
};
STRUCT(fetch_aborted);

static const struct kafka_field fetch_partition_result_rows[] = {
    ROW(fetch_partition_result, partition_index, INT32, 0, UP),
    ROW(fetch_partition_result, error_code, INT16, 0, UP),
    ROW(fetch_partition_result, high_watermark, INT64, 0, UP),
    ROW(fetch_partition_result, last_stable_offset, INT64, 4, UP, DEFAULT(-1), IGNORABLE),
    ROW(fetch_partition_result, log_start_offset, INT64, 5, UP, DEFAULT(-1), IGNORABLE),
    PART(fetch_partition_result, diverging_epoch, fetch_diverging_epoch, 12, UP, TAG(0)),
    PART(fetch_partition_result, current_leader, fetch_leader, 12, UP, TAG(1)),
    PART(fetch_partition_result, snapshot_id, fetch_snapshot_id, 12, UP, TAG(2)),
    LIST(fetch_partition_result, aborted_transactions, fetch_aborted, 4, UP, NULLABLE(4),
        IGNORABLE),
    ROW(fetch_partition_result, preferred_read_replica, INT32, 11, UP, DEFAULT(-1)),
    ROW(fetch_partition_result, records, RECORDS, 0, UP, NULLABLE(0)),
};
STRUCT(fetch_partition_result);

static const struct kafka_field fetch_topic_result_rows[] = {
    ROW(fetch_topic_result, topic, STRING, 0, 12, IGNORABLE),
    ROW(fetch_topic_result, topic_id, UUID, 13, UP, IGNORABLE),
    LIST(fetch_topic_result, partitions, fetch_partition_result, 0, UP),
};
STRUCT(fetch_topic_result);

static const struct kafka_field fetch_node_rows[] = {
    ROW(fetch_node, node_id, INT32, 16, UP),
    ROW(fetch_node, host, STRING, 16, UP),
    ROW(fetch_node, port, INT32, 16, UP),
    ROW(fetch_node, rack, STRING, 16, UP, NULLABLE(16), DEFAULT_NULL),
};
STRUCT(fetch_node);

static const struct kafka_field fetch_response_rows[] = {
    ROW(fetch_response, throttle_time_ms, INT32, 1, UP, IGNORABLE),
    ROW(fetch_response, error_code, INT16, 7, UP, IGNORABLE),
    ROW(fetch_response, session_id, INT32, 7, UP),
    LIST(fetch_response, responses, fetch_topic_result, 0, UP),
    LIST(fetch_response, node_endpoints, fetch_node, 16, UP, TAG(0)),
};
MESSAGE(fetch_response, 4, 18, 12);

/* ListOffsets (2) */

static const struct kafka_field list_offsets_partition_rows[] = {
    ROW(list_offsets_partition, partition_index, INT32, 0, UP),
    ROW(list_offsets_partition, current_leader_epoch, INT32, 4, UP, DEFAULT(-1), IGNORABLE),
    ROW(list_offsets_partition, timestamp, INT64, 0, UP),
};
STRUCT(list_offsets_partition);

static const struct kafka_field list_offsets_topic_rows[] = {
    ROW(list_offsets_topic, name, STRING, 0, UP),
    LIST(list_offsets_topic, partitions, list_offsets_partition, 0, UP),
};
STRUCT(list_offsets_topic);

static const struct kafka_field list_offsets_request_rows[] = {
    ROW(list_offsets_request, replica_id, INT32, 0, UP),
    ROW(list_offsets_request, isolation_level, INT8, 2, UP),
    LIST(list_offsets_request, topics, list_offsets_topic, 0, UP),
    ROW(list_offsets_request, timeout_ms, INT32, 10, UP, IGNORABLE),
};
MESSAGE(list_offsets_request, 1, 11, 6);

static const struct kafka_field list_offsets_partition_result_rows[] = {
    ROW(list_offsets_partition_result, partition_index, INT32, 0, UP),
    ROW(list_offsets_partition_result, error_code, INT16, 0, UP),
    ROW(list_offsets_partition_result, timestamp, INT64, 1, UP, DEFAULT(-1)),
    ROW(list_offsets_partition_result, offset, INT64, 1, UP, DEFAULT(-1)),
    ROW(list_offsets_partition_result, leader_epoch, INT32, 4, UP, DEFAULT(-1)),
};
STRUCT(list_offsets_partition_result);

static const struct kafka_field list_offsets_topic_result_rows[] = {
    ROW(list_offsets_topic_result, name, STRING, 0, UP),
    LIST(list_offsets_topic_result, partitions, list_offsets_partition_result, 0, UP),
};
STRUCT(list_offsets_topic_result);

static const struct kafka_field list_offsets_response_rows[] = {
    ROW(list_offsets_response, throttle_time_ms, INT32, 2, UP, IGNORABLE),
    LIST(list_offsets_response, topics, list_offsets_topic_result, 0, UP),
};
MESSAGE(list_offsets_response, 1, 11, 6);

/* Metadata (3) */

static const struct kafka_field metadata_topic_rows[] = {
    ROW(metadata_topic, topic_id, UUID, 10, UP, IGNORABLE),
    ROW(metadata_topic, name, STRING, 0, UP, NULLABLE(10)),
};
STRUCT(metadata_topic);

static const struct kafka_field metadata_request_rows[] = {
    LIST(metadata_request, topics, metadata_topic, 0, UP, NULLABLE(1)),
    ROW(metadata_request, allow_auto_topic_creation, BOOL, 4, UP, DEFAULT(true)),
    ROW(metadata_request, include_cluster_authorized_operations, BOOL, 8, 10),
    ROW(metadata_request, include_topic_authorized_operations, BOOL, 8, UP),
};
MESSAGE(metadata_request, 0, 13, 9);

static const struct kafka_field metadata_broker_rows[] = {
    ROW(metadata_broker, node_id, INT32, 0, UP),
    ROW(metadata_broker, host, STRING, 0, UP),
    ROW(metadata_broker, port, INT32, 0, UP),
    ROW(metadata_broker, rack, STRING, 1, UP, NULLABLE(1), DEFAULT_NULL, IGNORABLE),
};
STRUCT(metadata_broker);

static const struct kafka_field metadata_partition_rows[] = {
    ROW(metadata_partition, error_code, INT16, 0, UP),
    ROW(metadata_partition, partition_index, INT32, 0, UP),
    ROW(metadata_partition, leader_id, INT32, 0, UP),
    ROW(metadata_partition, leader_epoch, INT32, 7, UP, DEFAULT(-1), IGNORABLE),
    ARRAY(metadata_partition, replica_nodes, INT32, 0, UP),
    ARRAY(metadata_partition, isr_nodes, INT32, 0, UP),
    ARRAY(metadata_partition, offline_replicas, INT32, 5, UP, IGNORABLE),
};
STRUCT(metadata_partition);

static const struct kafka_field metadata_topic_result_rows[] = {
    ROW(metadata_topic_result, error_code, INT16, 0, UP),
    ROW(metadata_topic_result, name, STRING, 0, UP, NULLABLE(12)),
    ROW(metadata_topic_result, topic_id, UUID, 10, UP, IGNORABLE),
    ROW(metadata_topic_result, is_internal, BOOL, 1, UP, IGNORABLE),
    LIST(metadata_topic_result, partitions, metadata_partition, 0, UP),
    ROW(metadata_topic_result, topic_authorized_operations, INT32, 8, UP, DEFAULT(INT32_MIN)),
};
STRUCT(metadata_topic_result);

static const struct kafka_field metadata_response_rows[] = {
    ROW(metadata_response, throttle_time_ms, INT32, 3, UP, IGNORABLE),
    LIST(metadata_response, brokers, metadata_broker, 0, UP),
    ROW(metadata_response, cluster_id, STRING, 2, UP, NULLABLE(2), DEFAULT_NULL, IGNORABLE),
    ROW(metadata_response, controller_id, INT32, 1, UP, DEFAULT(-1), IGNORABLE),
    LIST(metadata_response, topics, metadata_topic_result, 0, UP),
    ROW(metadata_response, cluster_authorized_operations, INT32, 8, 10, DEFAULT(INT32_MIN)),
    ROW(metadata_response, error_code, INT16, 13, UP, IGNORABLE),
};
MESSAGE(metadata_response, 0, 13, 9);

/* FindCoordinator (10) */

static const struct kafka_field find_coordinator_request_rows[] = {
    ROW(find_coordinator_request, key, STRING, 0, 3),
    ROW(find_coordinator_request, key_type, INT8, 1, UP),
    ARRAY(find_coordinator_request, coordinator_keys, STRING, 4, UP),
};
MESSAGE(find_coordinator_request, 0, 6, 3);

static const struct kafka_field find_coordinator_result_rows[] = {
    ROW(find_coordinator_result, key, STRING, 4, UP),
    ROW(find_coordinator_result, node_id, INT32, 4, UP),
    ROW(find_coordinator_result, host, STRING, 4, UP),
    ROW(find_coordinator_result, port, INT32, 4, UP),
    ROW(find_coordinator_result, error_code, INT16, 4, UP),
    ROW(find_coordinator_result, error_message, STRING, 4, UP, NULLABLE(4), IGNORABLE),
};
STRUCT(find_coordinator_result);

static const struct kafka_field find_coordinator_response_rows[] = {
    ROW(find_coordinator_response, throttle_time_ms, INT32, 1, UP, IGNORABLE),
    ROW(find_coordinator_response, error_code, INT16, 0, 3),
    ROW(find_coordinator_response, error_message, STRING, 1, 3, NULLABLE(1), IGNORABLE),
    ROW(find_coordinator_response, node_id, INT32, 0, 3),
    ROW(find_coordinator_response, host, STRING, 0, 3),
    ROW(find_coordinator_response, port, INT32, 0, 3),
    LIST(find_coordinator_response, coordinators, find_coordinator_result, 4, UP),
};
MESSAGE(find_coordinator_response, 0, 6, 3);

/* ApiVersions (18) */

static const struct kafka_field api_versions_request_rows[] = {
    ROW(api_versions_request, client_software_name, STRING, 3, UP, IGNORABLE),
    ROW(api_versions_request, client_software_version, STRING, 3, UP, IGNORABLE),
};
MESSAGE(api_versions_request, 0, 4, 3);

static const struct kafka_field api_versions_key_rows[] = {
    ROW(api_versions_key, api_key, INT16, 0, UP),
    ROW(api_versions_key, min_version, INT16, 0, UP),
    ROW(api_versions_key, max_version, INT16, 0, UP),
};
STRUCT(api_versions_key);

static const struct kafka_field api_versions_supported_rows[] = {
    ROW(api_versions_supported, name, STRING, 3, UP),
    ROW(api_versions_supported, min_version, INT16, 3, UP),
    ROW(api_versions_supported, max_version, INT16, 3, UP),
};
STRUCT(api_versions_supported);

static const struct kafka_field api_versions_finalized_rows[] = {
    ROW(api_versions_finalized, name, STRING, 3, UP),
    ROW(api_versions_finalized, max_version_level, INT16, 3, UP),
    ROW(api_versions_finalized, min_version_level, INT16, 3, UP),
};
STRUCT(api_versions_finalized);

static const struct kafka_field api_versions_response_rows[] = {
    ROW(api_versions_response, error_code, INT16, 0, UP),
    LIST(api_versions_response, api_keys, api_versions_key, 0, UP),
    ROW(api_versions_response, throttle_time_ms, INT32, 1, UP, IGNORABLE),
    LIST(api_versions_response, supported_features, api_versions_supported, 3, UP, TAG(0),
        IGNORABLE),
    ROW(api_versions_response, finalized_features_epoch, INT64, 3, UP, TAG(1), DEFAULT(-1),
        IGNORABLE),
    LIST(api_versions_response, finalized_features, api_versions_finalized, 3, UP, TAG(2),
        IGNORABLE),
    ROW(api_versions_response, zk_migration_ready, BOOL, 3, UP, TAG(3), IGNORABLE),
};
MESSAGE(api_versions_response, 0, 4, 3);

/* CreateTopics (19) */

static const struct kafka_field create_topics_assignment_rows[] = {
    ROW(create_topics_assignment, partition_index, INT32, 0, UP),
    ARRAY(create_topics_assignment, broker_ids, INT32, 0, UP),
};
STRUCT(create_topics_assignment);

static const struct kafka_field create_topics_config_rows[] = {
    ROW(create_topics_config, name, STRING, 0, UP),
    ROW(create_topics_config, value, STRING, 0, UP, NULLABLE(0)),
};
STRUCT(create_topics_config);

static const struct kafka_field create_topics_topic_rows[] = {
    ROW(create_topics_topic, name, STRING, 0, UP),
    ROW(create_topics_topic, num_partitions, INT32, 0, UP),
    ROW(create_topics_topic, replication_factor, INT16, 0, UP),
    LIST(create_topics_topic, assignments, create_topics_assignment, 0, UP),
    LIST(create_topics_topic, configs, create_topics_config, 0, UP),
};
STRUCT(create_topics_topic);

static const struct kafka_field create_topics_request_rows[] = {
    LIST(create_topics_request, topics, create_topics_topic, 0, UP),
    ROW(create_topics_request, timeout_ms, INT32, 0, UP, DEFAULT(60000)),
    ROW(create_topics_request, validate_only, BOOL, 1, UP),
};
MESSAGE(create_topics_request, 2, 7, 5);

static const struct kafka_field create_topics_result_config_rows[] = {
    ROW(create_topics_result_config, name, STRING, 5, UP),
    ROW(create_topics_result_config, value, STRING, 5, UP, NULLABLE(5)),
    ROW(create_topics_result_config, read_only, BOOL, 5, UP),
    ROW(create_topics_result_config, config_source, INT8, 5, UP, DEFAULT(-1), IGNORABLE),
    ROW(create_topics_result_config, is_sensitive, BOOL, 5, UP),
};
STRUCT(create_topics_result_config);

static const struct kafka_field create_topics_result_rows[] = {
    ROW(create_topics_result, name, STRING, 0, UP),
    ROW(create_topics_result, topic_id, UUID, 7, UP, IGNORABLE),
    ROW(create_topics_result, error_code, INT16, 0, UP),
    ROW(create_topics_result, error_message, STRING, 1, UP, NULLABLE(0), IGNORABLE),
    ROW(create_topics_result, topic_config_error_code, INT16, 5, UP, TAG(0), IGNORABLE),
    ROW(create_topics_result, num_partitions, INT32, 5, UP, DEFAULT(-1), IGNORABLE),
    ROW(create_topics_result, replication_factor, INT16, 5, UP, DEFAULT(-1), IGNORABLE),
    LIST(create_topics_result, configs, create_topics_result_config, 5, UP, NULLABLE(5), IGNORABLE),
};
STRUCT(create_topics_result);

static const struct kafka_field create_topics_response_rows[] = {
    ROW(create_topics_response, throttle_time_ms, INT32, 2, UP, IGNORABLE),
    LIST(create_topics_response, topics, create_topics_result, 0, UP),
};
MESSAGE(create_topics_response, 2, 7, 5);

/* DeleteTopics (20) */

static const struct kafka_field delete_topics_topic_rows[] = {
    ROW(delete_topics_topic, name, STRING, 6, UP, NULLABLE(6), DEFAULT_NULL),
    ROW(delete_topics_topic, topic_id, UUID, 6, UP),
};
STRUCT(delete_topics_topic);

static const struct kafka_field delete_topics_request_rows[] = {
    LIST(delete_topics_request, topics, delete_topics_topic, 6, UP),
    ARRAY(delete_topics_request, topic_names, STRING, 0, 5, IGNORABLE),
    ROW(delete_topics_request, timeout_ms, INT32, 0, UP),
};
MESSAGE(delete_topics_request, 1, 6, 4);

static const struct kafka_field delete_topics_result_rows[] = {
    ROW(delete_topics_result, name, STRING, 0, UP, NULLABLE(6)),
    ROW(delete_topics_result, topic_id, UUID, 6, UP, IGNORABLE),
    ROW(delete_topics_result, error_code, INT16, 0, UP),
    ROW(delete_topics_result, error_message, STRING, 5, UP, NULLABLE(5), DEFAULT_NULL, IGNORABLE),
};
STRUCT(delete_topics_result);

static const struct kafka_field delete_topics_response_rows[] = {
    ROW(delete_topics_response, throttle_time_ms, INT32, 1, UP, IGNORABLE),
    LIST(delete_topics_response, responses, delete_topics_result, 0, UP),
};
MESSAGE(delete_topics_response, 1, 6, 4);

/* InitProducerId (22) */

static const struct kafka_field init_producer_id_request_rows[] = {
    ROW(init_producer_id_request, transactional_id, STRING, 0, UP, NULLABLE(0)),
    ROW(init_producer_id_request, transaction_timeout_ms, INT32, 0, UP),
    ROW(init_producer_id_request, producer_id, INT64, 3, UP, DEFAULT(-1)),
    ROW(init_producer_id_request, producer_epoch, INT16, 3, UP, DEFAULT(-1)),
    ROW(init_producer_id_request, enable2_pc, BOOL, 6, UP),
    ROW(init_producer_id_request, keep_prepared_txn, BOOL, 6, UP),
};
MESSAGE(init_producer_id_request, 0, 6, 2);

static const struct kafka_field init_producer_id_response_rows[] = {
    ROW(init_producer_id_response, throttle_time_ms, INT32, 0, UP, IGNORABLE),
    ROW(init_producer_id_response, error_code, INT16, 0, UP),
    ROW(init_producer_id_response, producer_id, INT64, 0, UP, DEFAULT(-1)),
    ROW(init_producer_id_response, producer_epoch, INT16, 0, UP),
    ROW(init_producer_id_response, ongoing_txn_producer_id, INT64, 6, UP, DEFAULT(-1)),
    ROW(init_producer_id_response, ongoing_txn_producer_epoch, INT16, 6, UP, DEFAULT(-1)),
};
MESSAGE(init_producer_id_response, 0, 6, 2);

/* OffsetForLeaderEpoch (23) */

static const struct kafka_field leader_epoch_partition_rows[] = {
    ROW(leader_epoch_partition, partition, INT32, 0, UP),
    ROW(leader_epoch_partition, current_leader_epoch, INT32, 2, UP, DEFAULT(-1), IGNORABLE),
    ROW(leader_epoch_partition, leader_epoch, INT32, 0, UP),
};
STRUCT(leader_epoch_partition);

static const struct kafka_field leader_epoch_topic_rows[] = {
    ROW(leader_epoch_topic, topic, STRING, 0, UP),
    LIST(leader_epoch_topic, partitions, leader_epoch_partition, 0, UP),
};
STRUCT(leader_epoch_topic);

static const struct kafka_field offset_for_leader_epoch_request_rows[] = {
    ROW(offset_for_leader_epoch_request, replica_id, INT32, 3, UP, DEFAULT(-2), IGNORABLE),
    LIST(offset_for_leader_epoch_request, topics, leader_epoch_topic, 0, UP),
};
MESSAGE(offset_for_leader_epoch_request, 2, 4, 4);

static const struct kafka_field leader_epoch_end_rows[] = {
    ROW(leader_epoch_end, error_code, INT16, 0, UP),
    ROW(leader_epoch_end, partition, INT32, 0, UP),
    ROW(leader_epoch_end, leader_epoch, INT32, 1, UP, DEFAULT(-1), IGNORABLE),
    ROW(leader_epoch_end, end_offset, INT64, 0, UP, DEFAULT(-1)),
};
STRUCT(leader_epoch_end);

static const struct kafka_field leader_epoch_topic_result_rows[] = {
    ROW(leader_epoch_topic_result, topic, STRING, 0, UP),
    LIST(leader_epoch_topic_result, partitions, leader_epoch_end, 0, UP),
};
STRUCT(leader_epoch_topic_result);

static const struct kafka_field offset_for_leader_epoch_response_rows[] = {
    ROW(offset_for_leader_epoch_response, throttle_time_ms, INT32, 2, UP, IGNORABLE),
    LIST(offset_for_leader_epoch_response, topics, leader_epoch_topic_result, 0, UP),
};
MESSAGE(offset_for_leader_epoch_response, 2, 4, 4);

/* DescribeConfigs (32) */

static const struct kafka_field describe_configs_resource_rows[] = {
    ROW(describe_configs_resource, resource_type, INT8, 0, UP),
    ROW(describe_configs_resource, resource_name, STRING, 0, UP),
    ARRAY(describe_configs_resource, configuration_keys, STRING, 0, UP, NULLABLE(0)),
};
STRUCT(describe_configs_resource);

static const struct kafka_field describe_configs_request_rows[] = {
    LIST(describe_configs_request, resources, describe_configs_resource, 0, UP),
    ROW(describe_configs_request, include_synonyms, BOOL, 1, UP),
    ROW(describe_configs_request, include_documentation, BOOL, 3, UP),
};
MESSAGE(describe_configs_request, 1, 4, 4);

static const struct kafka_field describe_configs_synonym_rows[] = {
    ROW(describe_configs_synonym, name, STRING, 1, UP),
    ROW(describe_configs_synonym, value, STRING, 1, UP, NULLABLE(0)),
    ROW(describe_configs_synonym, source, INT8, 1, UP),
};
STRUCT(describe_configs_synonym);

static const struct kafka_field describe_configs_config_rows[] = {
    ROW(describe_configs_config, name, STRING, 0, UP),
    ROW(describe_configs_config, value, STRING, 0, UP, NULLABLE(0)),
    ROW(describe_configs_config, read_only, BOOL, 0, UP),
    ROW(describe_configs_config, config_source, INT8, 1, UP, DEFAULT(-1), IGNORABLE),
    ROW(describe_configs_config, is_sensitive, BOOL, 0, UP),
    LIST(describe_configs_config, synonyms, describe_configs_synonym, 1, UP, IGNORABLE),
    ROW(describe_configs_config, config_type, INT8, 3, UP, IGNORABLE),
    ROW(describe_configs_config, documentation, STRING, 3, UP, NULLABLE(0), IGNORABLE),
};
STRUCT(describe_configs_config);

static const struct kafka_field describe_configs_result_rows[] = {
    ROW(describe_configs_result, error_code, INT16, 0, UP),
    ROW(describe_configs_result, error_message, STRING, 0, UP, NULLABLE(0)),
    ROW(describe_configs_result, resource_type, INT8, 0, UP),
    ROW(describe_configs_result, resource_name, STRING, 0, UP),
    LIST(describe_configs_result, configs, describe_configs_config, 0, UP),
};
STRUCT(describe_configs_result);

static const struct kafka_field describe_configs_response_rows[] = {
    ROW(describe_configs_response, throttle_time_ms, INT32, 0, UP),
    LIST(describe_configs_response, results, describe_configs_result, 0, UP),
};
MESSAGE(describe_configs_response, 1, 4, 4);

/* CreatePartitions (37) */

static const struct kafka_field create_partitions_assignment_rows[] = {
    ARRAY(create_partitions_assignment, broker_ids, INT32, 0, UP),
};
STRUCT(create_partitions_assignment);

static const struct kafka_field create_partitions_topic_rows[] = {
    ROW(create_partitions_topic, name, STRING, 0, UP),
    ROW(create_partitions_topic, count, INT32, 0, UP),
    LIST(create_partitions_topic, assignments, create_partitions_assignment, 0, UP, NULLABLE(0)),
};
STRUCT(create_partitions_topic);

static const struct kafka_field create_partitions_request_rows[] = {
    LIST(create_partitions_request, topics, create_partitions_topic, 0, UP),
    ROW(create_partitions_request, timeout_ms, INT32, 0, UP),
    ROW(create_partitions_request, validate_only, BOOL, 0, UP),
};
MESSAGE(create_partitions_request, 0, 3, 2);

static const struct kafka_field create_partitions_result_rows[] = {
    ROW(create_partitions_result, name, STRING, 0, UP),
    ROW(create_partitions_result, error_code, INT16, 0, UP),
    ROW(create_partitions_result, error_message, STRING, 0, UP, NULLABLE(0), DEFAULT_NULL),
};
STRUCT(create_partitions_result);

static const struct kafka_field create_partitions_response_rows[] = {
    ROW(create_partitions_response, throttle_time_ms, INT32, 0, UP),
    LIST(create_partitions_response, results, create_partitions_result, 0, UP),
};
MESSAGE(create_partitions_response, 0, 3, 2);

/* DescribeCluster (60) */

static const struct kafka_field describe_cluster_request_rows[] = {
    ROW(describe_cluster_request, include_cluster_authorized_operations, BOOL, 0, UP),
    ROW(describe_cluster_request, endpoint_type, INT8, 1, UP, DEFAULT(1)),
    ROW(describe_cluster_request, include_fenced_brokers, BOOL, 2, UP),
};
MESSAGE(describe_cluster_request, 0, 2, 0);

static const struct kafka_field describe_cluster_broker_rows[] = {
    ROW(describe_cluster_broker, broker_id, INT32, 0, UP),
    ROW(describe_cluster_broker, host, STRING, 0, UP),
    ROW(describe_cluster_broker, port, INT32, 0, UP),
    ROW(describe_cluster_broker, rack, STRING, 0, UP, NULLABLE(0), DEFAULT_NULL),
    ROW(describe_cluster_broker, is_fenced, BOOL, 2, UP),
};
STRUCT(describe_cluster_broker);

static const struct kafka_field describe_cluster_response_rows[] = {
    ROW(describe_cluster_response, throttle_time_ms, INT32, 0, UP),
    ROW(describe_cluster_response, error_code, INT16, 0, UP),
    ROW(describe_cluster_response, error_message, STRING, 0, UP, NULLABLE(0), DEFAULT_NULL),
    ROW(describe_cluster_response, endpoint_type, INT8, 1, UP, DEFAULT(1)),
    ROW(describe_cluster_response, cluster_id, STRING, 0, UP),
    ROW(describe_cluster_response, controller_id, INT32, 0, UP, DEFAULT(-1)),
    LIST(describe_cluster_response, brokers, describe_cluster_broker, 0, UP),
    ROW(describe_cluster_response, cluster_authorized_operations, INT32, 0, UP, DEFAULT(INT32_MIN)),
};
MESSAGE(describe_cluster_response, 0, 2, 0);

/* clang-format on */

#define API(key_, name_, tag_)                                                                     \
    {                                                                                              \
        (key_), name_, &tag_##_request_struct, &tag_##_response_struct                             \
    }

static const struct kafka_api apis[] = {
    API(0, "Produce", produce),
    API(1, "Fetch", fetch),
    API(2, "ListOffsets", list_offsets),
    API(3, "Metadata", metadata),
    API(10, "FindCoordinator", find_coordinator),
    API(18, "ApiVersions", api_versions),
    API(19, "CreateTopics", create_topics),
    API(20, "DeleteTopics", delete_topics),
    API(22, "InitProducerId", init_producer_id),
    API(23, "OffsetForLeaderEpoch", offset_for_leader_epoch),
    API(32, "DescribeConfigs", describe_configs),
    API(37, "CreatePartitions", create_partitions),
    API(60, "DescribeCluster", describe_cluster),
};

const struct kafka_api *kafka_table_find(int16_t api_key)
{
    for (size_t i = 0; i < COUNT_OF(apis); i++)
        if (apis[i].key == api_key)
            return &apis[i];
    return NULL;
}

const struct kafka_api *kafka_table_at(size_t index)
{
    return index < COUNT_OF(apis) ? &apis[index] : NULL;
}
