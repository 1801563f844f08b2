/* Stands for NVIDIA's management library in tests: the functions that the services call, with NVIDIA's signatures and error codes, over two GPUs. The second
 * one tells neither power nor energy, and has fallen off the bus as far as its temperature goes. -DWITHOUT_DRIVER makes a library that finds no driver. */
#include <stdio.h>
#include <string.h>

enum { SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, INSUFFICIENT_SIZE = 7, DRIVER_NOT_LOADED = 9, GPU_IS_LOST = 15, UNINITIALIZED = 1 };

typedef struct device { int index; } *device_t;
typedef struct { unsigned gpu, memory; } utilization_t;
typedef struct { unsigned long long total, free, used; } memory_t;

static struct device devices[2] = {{0}, {1}};
static int users;

static int put(char *text, unsigned length, const char *value) {
  if (strlen(value) + 1 > length) return INSUFFICIENT_SIZE;
  strcpy(text, value);
  return SUCCESS;
}

int nvmlInit_v2(void) {
#ifdef WITHOUT_DRIVER
  return DRIVER_NOT_LOADED;
#else
  users++;
  return SUCCESS;
#endif
}

int nvmlShutdown(void) { return users > 0 ? (users--, SUCCESS) : UNINITIALIZED; }

/* Not NVIDIA's: how many have initialised the library and not shut it down. */
int fake_users(void) { return users; }

int nvmlSystemGetDriverVersion(char *text, unsigned length) { return put(text, length, "580.65.06"); }

int nvmlDeviceGetCount_v2(unsigned *count) { return users > 0 ? (*count = 2, SUCCESS) : UNINITIALIZED; }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, device_t *device) {
  if (index > 1) return INVALID_ARGUMENT;
  *device = &devices[index];
  return SUCCESS;
}

int nvmlDeviceGetUUID(device_t device, char *text, unsigned length) {
  char value[64];
  snprintf(value, sizeof value, "GPU-00000000-0000-0000-0000-00000000000%d", device->index);
  return put(text, length, value);
}

int nvmlDeviceGetName(device_t device, char *text, unsigned length) { return put(text, length, device->index ? "NVIDIA L4" : "NVIDIA H100 80GB HBM3"); }

int nvmlDeviceGetUtilizationRates(device_t device, utilization_t *rates) {
  *rates = (utilization_t){device->index ? 0 : 97, 41};
  return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(device_t device, memory_t *memory) {
  unsigned long long gib = 1ull << 30;
  *memory = device->index ? (memory_t){24 * gib, 23 * gib, gib} : (memory_t){80 * gib, 30 * gib, 50 * gib};
  return SUCCESS;
}

int nvmlDeviceGetTemperature(device_t device, unsigned sensor, unsigned *celsius) {
  if (sensor != 0) return INVALID_ARGUMENT;
  if (device->index) return GPU_IS_LOST;
  *celsius = 61;
  return SUCCESS;
}

int nvmlDeviceGetPowerUsage(device_t device, unsigned *milliwatts) {
  if (device->index) return NOT_SUPPORTED;
  *milliwatts = 287500;
  return SUCCESS;
}

int nvmlDeviceGetTotalEnergyConsumption(device_t device, unsigned long long *millijoules) {
  if (device->index) return NOT_SUPPORTED;
  *millijoules = 8413022913ull;
  return SUCCESS;
}
