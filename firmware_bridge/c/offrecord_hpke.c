/* See offrecord_hpke.h. The names of the steps are those of RFC 9180, sections 4 and 5. */
#include "offrecord_hpke.h"

#include <string.h>

enum {
    HASH_BYTES = 32,
    SCHEDULE_BYTES = 1 + 2 * HASH_BYTES,
    /* u16 length, "HPKE-v1", suite, "base_nonce", schedule, 1: nothing that is hashed is longer */
    MOST_LABELLED_BYTES = 2 + 7 + 10 + 10 + SCHEDULE_BYTES + 1
};

struct text {
    const void *bytes;
    size_t count;
};

static const struct text KEM = {"KEM\0\x20", 5}, SUITE = {"HPKE\0\x20\0\1\0\3", 10};
static const struct text PURPOSE = {"offrecord sound 1", 17}, NOTHING = {"", 0};

/* Overwritten in a way that no compiler leaves out. */
static void forget(void *secret, size_t count)
{
    volatile uint8_t *byte = secret;
    while (count--)
        *byte++ = 0;
}

static psa_key_id_t imported(psa_key_type_t type, psa_key_usage_t usage, psa_algorithm_t algorithm,
                             const uint8_t *key)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id = 0;
    psa_set_key_type(&attributes, type);
    psa_set_key_usage_flags(&attributes, usage);
    psa_set_key_algorithm(&attributes, algorithm);
    return psa_import_key(&attributes, key, HASH_BYTES, &id) == PSA_SUCCESS ? id : 0;
}

static int hmac(const uint8_t *key, const uint8_t *bytes, size_t count, uint8_t *out)
{
    const psa_algorithm_t algorithm = PSA_ALG_HMAC(PSA_ALG_SHA_256);
    const psa_key_id_t id =
        imported(PSA_KEY_TYPE_HMAC, PSA_KEY_USAGE_SIGN_MESSAGE, algorithm, key);
    size_t length = 0;
    const int is_done = id && psa_mac_compute(id, algorithm, bytes, count, out, HASH_BYTES,
                                              &length) == PSA_SUCCESS;
    psa_destroy_key(id);
    return is_done;
}

static size_t append(uint8_t *message, size_t count, const void *bytes, size_t more)
{
    memcpy(message + count, bytes, more);
    return count + more;
}

/* LabeledExpand to `length` bytes, of which 32 are made; with a length of 0 LabeledExtract. Both
 * are one HMAC. */
static int labelled(struct text suite, const uint8_t *key, uint8_t length, const char *label,
                    struct text material, uint8_t *out)
{
    const uint8_t ahead[2] = {0, length}, round = 1;
    uint8_t message[MOST_LABELLED_BYTES];
    size_t count = append(message, 0, ahead, length ? sizeof ahead : 0);
    int is_done;
    count = append(message, count, "HPKE-v1", 7);
    count = append(message, count, suite.bytes, suite.count);
    count = append(message, count, label, strlen(label));
    count = append(message, count, material.bytes, material.count);
    count = append(message, count, &round, length ? sizeof round : 0);
    is_done = hmac(key, message, count, out);
    forget(message, sizeof message);
    return is_done;
}

/* Our public key and what both sides share, which is nobody else's. */
static int exchanged(struct offrecord_hpke *hpke, psa_key_id_t own, const uint8_t *chamber_key,
                     uint8_t *shared)
{
    size_t length = 0;
    return psa_export_public_key(own, hpke->encapsulated, OFFRECORD_KEY_BYTES, &length) ==
               PSA_SUCCESS &&
           psa_raw_key_agreement(PSA_ALG_ECDH, own, chamber_key, OFFRECORD_KEY_BYTES, shared,
                                 HASH_BYTES, &length) == PSA_SUCCESS;
}

/* The key and the first nonce, from what both sides share. */
static int scheduled(struct offrecord_hpke *hpke, const uint8_t *chamber_key,
                     const uint8_t *exchanged_bytes)
{
    static const uint8_t no_salt[HASH_BYTES] = {0};
    uint8_t both[2 * OFFRECORD_KEY_BYTES], schedule[SCHEDULE_BYTES] = {0}; /* 0: base mode */
    uint8_t secret[HASH_BYTES], made[HASH_BYTES];
    const struct text dh = {exchanged_bytes, HASH_BYTES}, keys = {both, sizeof both};
    const struct text context = {schedule, sizeof schedule};
    int is_done;
    memcpy(both, hpke->encapsulated, OFFRECORD_KEY_BYTES);
    memcpy(both + OFFRECORD_KEY_BYTES, chamber_key, OFFRECORD_KEY_BYTES);
    is_done = labelled(KEM, no_salt, 0, "eae_prk", dh, secret) &&
              labelled(KEM, secret, HASH_BYTES, "shared_secret", keys, made) &&
              labelled(SUITE, no_salt, 0, "psk_id_hash", NOTHING, schedule + 1) &&
              labelled(SUITE, no_salt, 0, "info_hash", PURPOSE, schedule + 1 + HASH_BYTES) &&
              labelled(SUITE, made, 0, "secret", NOTHING, secret) &&
              labelled(SUITE, secret, OFFRECORD_NONCE_BYTES, "base_nonce", context, made);
    if (is_done) {
        memcpy(hpke->base_nonce, made, OFFRECORD_NONCE_BYTES);
        is_done = labelled(SUITE, secret, HASH_BYTES, "key", context, made);
    }
    if (is_done)
        hpke->key = imported(PSA_KEY_TYPE_CHACHA20, PSA_KEY_USAGE_ENCRYPT,
                             PSA_ALG_CHACHA20_POLY1305, made);
    forget(secret, sizeof secret);
    forget(made, sizeof made);
    return hpke->key != 0;
}

static int begin(struct offrecord_hpke *hpke, psa_key_id_t own, const uint8_t *chamber_key)
{
    uint8_t shared[HASH_BYTES];
    const int is_begun = own && exchanged(hpke, own, chamber_key, shared) &&
                         scheduled(hpke, chamber_key, shared);
    forget(shared, sizeof shared);
    psa_destroy_key(own);
    return is_begun;
}

static psa_key_id_t generated(void)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t id = 0;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY));
    psa_set_key_bits(&attributes, 255);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
    return psa_generate_key(&attributes, &id) == PSA_SUCCESS ? id : 0;
}

static int is_ready(struct offrecord_hpke *hpke)
{
    psa_destroy_key(hpke->key);
    memset(hpke, 0, sizeof *hpke);
    return psa_crypto_init() == PSA_SUCCESS;
}

int offrecord_hpke_begin(struct offrecord_hpke *hpke,
                         const uint8_t chamber_key[OFFRECORD_KEY_BYTES])
{
    return is_ready(hpke) && begin(hpke, generated(), chamber_key);
}

int offrecord_hpke_begin_as(struct offrecord_hpke *hpke,
                            const uint8_t chamber_key[OFFRECORD_KEY_BYTES],
                            const uint8_t own_key[OFFRECORD_KEY_BYTES])
{
    return is_ready(hpke) &&
           begin(hpke,
                 imported(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY),
                          PSA_KEY_USAGE_DERIVE, PSA_ALG_ECDH, own_key),
                 chamber_key);
}

static int encrypt(void *context, uint32_t number, const uint8_t *known, size_t known_bytes,
                   uint8_t *box, size_t count)
{
    struct offrecord_hpke *hpke = context;
    uint8_t nonce[OFFRECORD_NONCE_BYTES];
    size_t length = 0;
    if (!hpke->key || number < hpke->next)
        return 0;
    hpke->next = (uint64_t)number + 1;
    memcpy(nonce, hpke->base_nonce, sizeof nonce);
    for (size_t n = 0; n < sizeof number; n++)
        nonce[sizeof nonce - 1 - n] ^= (uint8_t)(number >> (8 * n));
    return psa_aead_encrypt(hpke->key, PSA_ALG_CHACHA20_POLY1305, nonce, sizeof nonce, known,
                            known_bytes, box, count, box, count + OFFRECORD_TAG_BYTES,
                            &length) == PSA_SUCCESS;
}

void offrecord_hpke_use(struct offrecord_hpke *hpke, struct offrecord_link *link, uint8_t *box,
                        size_t box_bytes)
{
    const struct offrecord_encryption encryption = {encrypt, hpke, hpke->encapsulated, box,
                                                    box_bytes};
    link->encryption = encryption;
}
