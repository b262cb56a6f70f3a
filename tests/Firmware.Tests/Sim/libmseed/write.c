/* Writes one channel of 1,000 samples with EarthScope's libmseed: FILE CHANNEL ENCODING BYTEORDER GAP.
   Sample i is i * i * 37 % 200001 - 100000, divided by 2,000 for every second hundred, at 125 Hz from 2026-02-01T00:00:00.123400Z; GAP samples are left out after
   the 600th. */
#include <libmseed.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static FILE *out;

static void write_record(char *record, int length, void *unused)
{
  (void)unused;
  if (fwrite(record, length, 1, out) != 1)
    exit(3);
}

static void pack(const char *channel, int encoding, int byteorder, int from, int count, hptime_t start)
{
  MSRecord *msr = msr_init(NULL);
  int16_t shorts[1000];
  int32_t ints[1000];
  float floats[1000];
  double doubles[1000];
  int64_t packed = 0;
  for (int i = 0; i < count; i++)
  {
    long n = from + i;
    ints[i] = (int32_t)((n * n * 37 % 200001 - 100000) / (n / 100 % 2 ? 2000 : 1));
    shorts[i] = (int16_t)(ints[i] / 4);
    floats[i] = (float)ints[i];
    doubles[i] = (double)ints[i];
  }
  strcpy(msr->network, "EF");
  strcpy(msr->station, "BRDG");
  strcpy(msr->location, "00");
  strcpy(msr->channel, channel);
  msr->dataquality = 'D';
  msr->starttime = start;
  msr->samprate = 125.0;
  msr->reclen = 512;
  msr->encoding = encoding;
  msr->byteorder = byteorder;
  msr->numsamples = count;
  msr->sampletype = encoding == DE_FLOAT32 ? 'f' : encoding == DE_FLOAT64 ? 'd' : 'i';
  msr->datasamples = encoding == DE_FLOAT32 ? (void *)floats : encoding == DE_FLOAT64 ? (void *)doubles : (void *)ints;
  if (encoding == DE_INT16)
  {
    for (int i = 0; i < count; i++)
      ints[i] = shorts[i];
  }
  if (msr_pack(msr, write_record, NULL, &packed, 1, 0) < 1 || packed != count)
    exit(2);
  msr->datasamples = NULL;
  msr_free(&msr);
}

int main(int argc, char **argv)
{
  if (argc != 6)
    return 1;
  int encoding = atoi(argv[3]), byteorder = atoi(argv[4]), gap = atoi(argv[5]);
  hptime_t start = ms_seedtimestr2hptime("2026,032,00:00:00.123400");
  out = fopen(argv[1], "ab");
  if (!out)
    return 1;
  pack(argv[2], encoding, byteorder, 0, 600, start);
  pack(argv[2], encoding, byteorder, 600, 400, start + (hptime_t)((600 + gap) * 8000));
  return fclose(out);
}
