/* The serial link of ../PROTOCOL.md for a board: C99, no allocation, nothing but <string.h>.
 *
 * The board gives it three things: bytes that came (`offrecord_hear`), a way to send bytes, and
 * its clock in samples of 16 kHz. It keeps the numbers and the credit. One thread, no interrupts:
 * call it from one task. All memory is `struct offrecord_link`, 460 bytes, yours; sound that is
 * to be encrypted (offrecord_hpke.h) needs a buffer for one frame of it besides.
 */
#ifndef OFFRECORD_LINK_H
#define OFFRECORD_LINK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OFFRECORD_VERSION 1u
#define OFFRECORD_HEADER_BYTES 20u
#define OFFRECORD_TOKEN_BYTES 32u
#define OFFRECORD_KEY_BYTES 32u
#define OFFRECORD_TAG_BYTES 16u
#define OFFRECORD_MOST_NAME_BYTES 48u
#define OFFRECORD_MOST_SAMPLES 3200u
#define OFFRECORD_MOST_PART_BYTES 4096u
#define OFFRECORD_MOST_PHOTO_BYTES 524288u
#define OFFRECORD_NOWHERE 0xFFFFu
/* The longest that a bridge says: a refusal of 120 bytes, its CRC, and the stuffing. */
#define OFFRECORD_MOST_HEARD_BYTES 146u

/* What a wearable can do: the sum goes into its hello. */
enum {
    OFFRECORD_HEARS = 1, OFFRECORD_SEES = 2, OFFRECORD_GAZES = 4,
    OFFRECORD_HAS_BATTERY = 8, OFFRECORD_HAS_BUTTON = 16, OFFRECORD_MOVES = 32,
    OFFRECORD_ENCRYPTS = 64 /* left to the link, which knows */
};

enum offrecord_kind {
    OFFRECORD_NOTHING = 0,
    OFFRECORD_HELLO = 1, OFFRECORD_SOUND = 2, OFFRECORD_PHOTO = 3, OFFRECORD_GAZE = 4,
    OFFRECORD_BATTERY = 5, OFFRECORD_MUTE = 6, OFFRECORD_TIME = 7, OFFRECORD_BYE = 8,
    OFFRECORD_PACKED_SOUND = 9, OFFRECORD_PHOTO_PART = 10, OFFRECORD_MOTION = 11,
    OFFRECORD_ENCRYPTED_SOUND = 12,
    OFFRECORD_WELCOME = 16, OFFRECORD_CREDIT = 17, OFFRECORD_ASK_TIME = 18, OFFRECORD_REFUSED = 19
};

enum offrecord_motion {
    OFFRECORD_STILL = 0, OFFRECORD_MOVING = 1, OFFRECORD_WALKING = 2, OFFRECORD_RUNNING = 3,
    OFFRECORD_RIDING = 4
};

/* Takes bytes to be sent, in order. It may wait; it must not call the link. */
typedef void offrecord_send(void *context, const uint8_t *bytes, size_t count);

/* Encrypts the `count` bytes at `box` where they are, and puts OFFRECORD_TAG_BYTES behind them. The
 * frame's number and the `known` bytes are bound to it. Returns 1, or 0 where it could not. */
typedef int offrecord_encrypt(void *context, uint32_t number, const uint8_t *known,
                              size_t known_bytes, uint8_t *box, size_t count);

/* How sound is encrypted on its way to the chamber; all zero: it is not. */
struct offrecord_encryption {
    offrecord_encrypt *encrypt;
    void *context;
    const uint8_t *encapsulated;     /* OFFRECORD_KEY_BYTES, for the hello */
    uint8_t *box;                    /* yours; what does not fit into it is not sent */
    size_t box_bytes;
};

/* Room for a frame of so many samples, packed or not; of 4 at least. */
#define OFFRECORD_BOX_BYTES(samples) (2u * (samples) + OFFRECORD_TAG_BYTES)

struct offrecord_link {
    offrecord_send *send;
    void *context;
    struct offrecord_encryption encryption; /* set it between `offrecord_init` and hello */
    uint32_t sequence;               /* of the next frame */
    uint16_t sounds, photos;         /* credit */
    uint16_t most_sounds, most_photos;
    uint32_t left_out;               /* sounds without credit, or that were not encrypted */
    uint32_t damaged;                /* packets that did not come whole */
    uint8_t is_welcome;              /* 0: say hello, now and every second */
    uint8_t is_too_long;
    uint16_t heard_bytes;
    uint8_t heard[OFFRECORD_MOST_HEARD_BYTES];
    uint8_t block[256];              /* of the stuffing that is being sent */
    uint16_t block_bytes;
    uint32_t crc;
};

/* What the last block of IMA-ADPCM ended with; all zero to begin. */
struct offrecord_packer {
    int16_t predictor;
    uint8_t index;
};

void offrecord_init(struct offrecord_link *link, offrecord_send *send, void *context);

/* Bytes that came, in any pieces. `now` is the board's clock; questions are answered at once. */
void offrecord_hear(struct offrecord_link *link, const uint8_t *bytes, size_t count, uint64_t now);

/* Frames. `at` is a moment on the board's clock, in samples of 16 kHz. Those that return an int
 * return 1 when it was sent, 0 when not: no credit, no welcome yet, beyond a limit above, or not
 * encrypted although it should be. */
int offrecord_hello(struct offrecord_link *link, uint32_t capabilities, const char *name,
                    uint64_t now);
int offrecord_sound(struct offrecord_link *link, const int16_t *samples, size_t count,
                    uint64_t at);
/* An even count of samples, in a quarter of the bytes. */
int offrecord_packed_sound(struct offrecord_link *link, struct offrecord_packer *packer,
                           const int16_t *samples, size_t count, uint64_t at);
/* Whether a photo is wanted. If so take one, and send its parts in order, sound between them. */
int offrecord_wants_photo(const struct offrecord_link *link);
int offrecord_photo_part(struct offrecord_link *link, const uint8_t *piece, size_t count,
                         uint32_t offset, uint32_t whole_bytes, uint64_t at);
int offrecord_gaze(struct offrecord_link *link, uint16_t x, uint16_t y, uint64_t now);
int offrecord_battery(struct offrecord_link *link, uint8_t percent, int is_charging, uint64_t now);
int offrecord_motion(struct offrecord_link *link, enum offrecord_motion motion, uint64_t now);
int offrecord_mute(struct offrecord_link *link, uint64_t now);
int offrecord_bye(struct offrecord_link *link, uint64_t now);

/* The parts that it is made of, for who wants only those. */
uint32_t offrecord_crc32(uint32_t crc, const uint8_t *bytes, size_t count); /* begins with 0 */
/* Stuffed bytes without their zero -> bytes, in place; returns how many, 0 when they are damaged. */
size_t offrecord_unstuff(uint8_t *bytes, size_t count);
/* `count` samples -> 4 + count / 2 bytes at `block`; `count` is even. */
size_t offrecord_pack(struct offrecord_packer *packer, const int16_t *samples, size_t count,
                      uint8_t *block);

#ifdef __cplusplus
}
#endif
#endif
