/* See offrecord_link.h. What goes out is stuffed as it goes: no frame is held here. */
#include "offrecord_link.h"

#include <string.h>

/* --- numbers, little-endian ------------------------------------------------------------------- */

static void put(uint8_t *place, uint64_t value, size_t bytes)
{
    for (size_t n = 0; n < bytes; n++)
        place[n] = (uint8_t)(value >> (8 * n));
}

static uint64_t get(const uint8_t *place, size_t bytes)
{
    uint64_t value = 0;
    for (size_t n = 0; n < bytes; n++)
        value |= (uint64_t)place[n] << (8 * n);
    return value;
}

/* --- stuffing ---------------------------------------------------------------------------------- */

static void end_block(struct offrecord_link *link)
{
    link->block[0] = (uint8_t)(link->block_bytes + 1);
    link->send(link->context, link->block, (size_t)link->block_bytes + 1);
    link->block_bytes = 0;
}

static void stuff(struct offrecord_link *link, const uint8_t *bytes, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        if (bytes[n] == 0) {
            end_block(link);
        } else {
            link->block[1 + link->block_bytes++] = bytes[n];
            if (link->block_bytes == 254)
                end_block(link);
        }
    }
}

/* --- frames that go ------------------------------------------------------------------------------ */

static void put_header(uint8_t *header, enum offrecord_kind kind, size_t length, uint32_t sequence,
                       uint64_t at)
{
    put(header, kind, 1);
    put(header + 1, OFFRECORD_VERSION, 3);
    put(header + 4, length, 4);
    put(header + 8, sequence, 4);
    put(header + 12, at, 8);
}

static void add(struct offrecord_link *link, const uint8_t *bytes, size_t count)
{
    link->crc = offrecord_crc32(link->crc, bytes, count);
    stuff(link, bytes, count);
}

static void begin(struct offrecord_link *link, enum offrecord_kind kind, size_t length, uint64_t at)
{
    uint8_t header[OFFRECORD_HEADER_BYTES];
    put_header(header, kind, length, link->sequence++, at);
    link->crc = link->block_bytes = 0;
    add(link, header, sizeof header);
}

static int finish(struct offrecord_link *link)
{
    static const uint8_t zero = 0;
    uint8_t crc[4];
    put(crc, link->crc, 4);
    stuff(link, crc, 4);
    end_block(link);
    link->send(link->context, &zero, 1);
    return 1;
}

static int say(struct offrecord_link *link, enum offrecord_kind kind, const uint8_t *bytes,
               size_t count, uint64_t at)
{
    if (!link->is_welcome)
        return 0;
    begin(link, kind, count, at);
    add(link, bytes, count);
    return finish(link);
}

void offrecord_init(struct offrecord_link *link, offrecord_send *send, void *context)
{
    memset(link, 0, sizeof *link);
    link->send = send;
    link->context = context;
}

int offrecord_hello(struct offrecord_link *link, uint32_t capabilities, const char *name,
                    uint64_t now)
{
    static const uint8_t zero = 0;
    uint8_t start[4 + OFFRECORD_TOKEN_BYTES] = {0};
    const size_t length = strlen(name);
    const size_t key_bytes = link->encryption.encrypt ? OFFRECORD_KEY_BYTES : 0;
    if (length > OFFRECORD_MOST_NAME_BYTES)
        return 0;
    capabilities &= ~(uint32_t)OFFRECORD_ENCRYPTS;
    put(start, key_bytes ? capabilities | OFFRECORD_ENCRYPTS : capabilities, 4);
    link->is_welcome = 0;
    link->send(link->context, &zero, 1); /* ends whatever was cut off when the board started */
    begin(link, OFFRECORD_HELLO, sizeof start + key_bytes + length, now);
    add(link, start, sizeof start);
    add(link, link->encryption.encapsulated, key_bytes);
    add(link, (const uint8_t *)name, length);
    return finish(link);
}

/* A sound that may not go uses up its number, so that it is known to be missing. */
static int leave_out(struct offrecord_link *link)
{
    link->sequence++;
    link->left_out++;
    return 0;
}

/* Whether a sound of so many samples, which are so many bytes, may go. */
static int takes_sound(struct offrecord_link *link, size_t count, size_t bytes)
{
    if (!link->is_welcome || count == 0 || count > OFFRECORD_MOST_SAMPLES ||
        (link->encryption.encrypt && bytes + OFFRECORD_TAG_BYTES > link->encryption.box_bytes))
        return 0;
    if (link->sounds == 0)
        return leave_out(link);
    link->sounds--;
    return 1;
}

/* What a sound of this kind would hold lies in the box, and goes out encrypted. */
static int say_box(struct offrecord_link *link, enum offrecord_kind kind, size_t count, uint64_t at)
{
    const struct offrecord_encryption *encryption = &link->encryption;
    const size_t length = 1 + count + OFFRECORD_TAG_BYTES;
    uint8_t known[OFFRECORD_HEADER_BYTES + 1];
    put_header(known, OFFRECORD_ENCRYPTED_SOUND, length, link->sequence, at);
    put(known + OFFRECORD_HEADER_BYTES, kind, 1);
    if (!encryption->encrypt(encryption->context, link->sequence, known, sizeof known,
                             encryption->box, count))
        return leave_out(link);
    begin(link, OFFRECORD_ENCRYPTED_SOUND, length, at);
    add(link, known + OFFRECORD_HEADER_BYTES, 1);
    add(link, encryption->box, length - 1);
    return finish(link);
}

int offrecord_sound(struct offrecord_link *link, const int16_t *samples, size_t count, uint64_t at)
{
    if (!takes_sound(link, count, 2 * count))
        return 0;
    if (link->encryption.encrypt) {
        for (size_t n = 0; n < count; n++)
            put(link->encryption.box + 2 * n, (uint16_t)samples[n], 2);
        return say_box(link, OFFRECORD_SOUND, 2 * count, at);
    }
    begin(link, OFFRECORD_SOUND, 2 * count, at);
    for (size_t n = 0; n < count; n++) {
        uint8_t sample[2];
        put(sample, (uint16_t)samples[n], 2);
        add(link, sample, 2);
    }
    return finish(link);
}

int offrecord_packed_sound(struct offrecord_link *link, struct offrecord_packer *packer,
                           const int16_t *samples, size_t count, uint64_t at)
{
    uint8_t block[4 + 32];
    if (count % 2 || !takes_sound(link, count, 4 + count / 2))
        return 0;
    if (link->encryption.encrypt) {
        const size_t bytes = offrecord_pack(packer, samples, count, link->encryption.box);
        return say_box(link, OFFRECORD_PACKED_SOUND, bytes, at);
    }
    begin(link, OFFRECORD_PACKED_SOUND, 4 + count / 2, at);
    for (size_t n = 0; n < count; n += 64) {
        const size_t head = n ? 4 : 0; /* of the first piece alone */
        const size_t bytes =
            offrecord_pack(packer, samples + n, count - n < 64 ? count - n : 64, block);
        add(link, block + head, bytes - head);
    }
    return finish(link);
}

int offrecord_wants_photo(const struct offrecord_link *link)
{
    return link->is_welcome && link->photos > 0;
}

int offrecord_photo_part(struct offrecord_link *link, const uint8_t *piece, size_t count,
                         uint32_t offset, uint32_t whole_bytes, uint64_t at)
{
    uint8_t start[8];
    if (!link->is_welcome || count == 0 || count > OFFRECORD_MOST_PART_BYTES ||
        whole_bytes > OFFRECORD_MOST_PHOTO_BYTES || offset + count > whole_bytes)
        return 0;
    if (offset == 0) {
        if (link->photos == 0)
            return 0;
        link->photos--;
    }
    put(start, whole_bytes, 4);
    put(start + 4, offset, 4);
    begin(link, OFFRECORD_PHOTO_PART, sizeof start + count, at);
    add(link, start, sizeof start);
    add(link, piece, count);
    return finish(link);
}

int offrecord_gaze(struct offrecord_link *link, uint16_t x, uint16_t y, uint64_t now)
{
    uint8_t place[4];
    put(place, x, 2);
    put(place + 2, y, 2);
    return say(link, OFFRECORD_GAZE, place, sizeof place, now);
}

int offrecord_battery(struct offrecord_link *link, uint8_t percent, int is_charging, uint64_t now)
{
    const uint8_t state[2] = {percent, is_charging != 0};
    return say(link, OFFRECORD_BATTERY, state, sizeof state, now);
}

int offrecord_motion(struct offrecord_link *link, enum offrecord_motion motion, uint64_t now)
{
    const uint8_t state = (uint8_t)motion;
    return say(link, OFFRECORD_MOTION, &state, 1, now);
}

int offrecord_mute(struct offrecord_link *link, uint64_t now)
{
    return say(link, OFFRECORD_MUTE, NULL, 0, now);
}

int offrecord_bye(struct offrecord_link *link, uint64_t now)
{
    const int is_sent = say(link, OFFRECORD_BYE, NULL, 0, now);
    link->is_welcome = 0;
    return is_sent;
}

/* --- frames that come ---------------------------------------------------------------------------- */

static uint16_t at_most(uint32_t value, uint16_t most)
{
    return value < most ? (uint16_t)value : most;
}

static void take(struct offrecord_link *link, const uint8_t *frame, size_t count, uint64_t now)
{
    const uint8_t kind = frame[0], *payload = frame + OFFRECORD_HEADER_BYTES;
    const size_t length = count - OFFRECORD_HEADER_BYTES;
    if (frame[1] != OFFRECORD_VERSION || get(frame + 4, 4) != length)
        return;
    if (kind == OFFRECORD_WELCOME && length == 4) {
        link->is_welcome = 1;
        link->sounds = link->most_sounds = (uint16_t)get(payload, 2);
        link->photos = link->most_photos = (uint16_t)get(payload + 2, 2);
    } else if (kind == OFFRECORD_CREDIT && length == 4) {
        link->sounds = at_most(link->sounds + (uint32_t)get(payload, 2), link->most_sounds);
        link->photos = at_most(link->photos + (uint32_t)get(payload + 2, 2), link->most_photos);
    } else if (kind == OFFRECORD_ASK_TIME && length == 8) {
        say(link, OFFRECORD_TIME, payload, 8, now);
    } else if (kind == OFFRECORD_REFUSED) {
        link->is_welcome = 0;
    }
}

static void end_packet(struct offrecord_link *link, uint64_t now)
{
    const size_t count = offrecord_unstuff(link->heard, link->heard_bytes);
    if (!link->is_too_long && count >= OFFRECORD_HEADER_BYTES + 4 &&
        offrecord_crc32(0, link->heard, count - 4) == get(link->heard + count - 4, 4))
        take(link, link->heard, count - 4, now);
    else if (link->heard_bytes > 0)
        link->damaged++;
    link->heard_bytes = 0;
    link->is_too_long = 0;
}

void offrecord_hear(struct offrecord_link *link, const uint8_t *bytes, size_t count, uint64_t now)
{
    for (size_t n = 0; n < count; n++) {
        if (bytes[n] == 0)
            end_packet(link, now);
        else if (link->heard_bytes == sizeof link->heard)
            link->is_too_long = 1;
        else
            link->heard[link->heard_bytes++] = bytes[n];
    }
}
