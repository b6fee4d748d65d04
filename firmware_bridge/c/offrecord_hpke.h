/* Sound that only the chamber can open, as ../PROTOCOL.md has it: HPKE (RFC 9180) over PSA Crypto.
 *
 * PSA Crypto is in ESP-IDF and nRF Connect, and is Mbed TLS from 2.28 on. It must know X25519,
 * HMAC with SHA-256, ChaCha20-Poly1305, and have a source of chance. At each start of the board:
 *
 *   static uint8_t box[OFFRECORD_BOX_BYTES(320)];
 *   static struct offrecord_hpke hpke;
 *   offrecord_init(&link, send, context);
 *   if (!offrecord_hpke_begin(&hpke, chamber_key))
 *       ...PSA is not built for it...
 *   offrecord_hpke_use(&hpke, &link, box, sizeof box);
 */
#ifndef OFFRECORD_HPKE_H
#define OFFRECORD_HPKE_H

#include <psa/crypto.h>

#include "offrecord_link.h"

#ifdef __cplusplus
extern "C" {
#endif

#define OFFRECORD_NONCE_BYTES 12u

/* What a board keeps from its start on; all zero before. */
struct offrecord_hpke {
    psa_key_id_t key; /* PSA's name for it; 0: none, and nothing is encrypted */
    uint64_t next;    /* no frame below this number is encrypted any more: none twice */
    uint8_t encapsulated[OFFRECORD_KEY_BYTES];
    uint8_t base_nonce[OFFRECORD_NONCE_BYTES];
};

/* Makes a new pair of keys for `chamber_key`, which `offrecord run` prints, and begins anew.
 * Say hello after it. Returns 1, or 0 when PSA refuses: then no sound can leave encrypted. */
int offrecord_hpke_begin(struct offrecord_hpke *hpke,
                         const uint8_t chamber_key[OFFRECORD_KEY_BYTES]);
/* The same with a private key that is known: for tests alone. */
int offrecord_hpke_begin_as(struct offrecord_hpke *hpke,
                            const uint8_t chamber_key[OFFRECORD_KEY_BYTES],
                            const uint8_t own_key[OFFRECORD_KEY_BYTES]);
/* Has the link encrypt all sound from now on. The box must last as long as the link. */
void offrecord_hpke_use(struct offrecord_hpke *hpke, struct offrecord_link *link, uint8_t *box,
                        size_t box_bytes);

#ifdef __cplusplus
}
#endif
#endif
