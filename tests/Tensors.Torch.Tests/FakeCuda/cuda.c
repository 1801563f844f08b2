/* Stands for CUDA's runtime, driver and NVRTC in tests: the functions that the engine calls, with NVIDIA's signatures and error codes. Device 0 is a Hopper GPU, device 1
 * too old for the engine's kernels. A kernel that is launched computes on the processor what RowRanges.cu says, at once. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, INVALID_VALUE = 1, INVALID_DEVICE = 101, NOT_FOUND = 500, NOT_READY = 600, COMPILATION = 6, MAJOR = 75, MINOR = 76, BLOCK = 256 };

/* The size of a head for which nothing compiles. */
enum { BROKEN_SIZE = 24 };

typedef struct { int at, asked; } event_t;
typedef struct { int size, bfloat16; } code_t;
typedef struct { int headers_known, architecture_known; code_t code; char log[64]; } program_t;

static int device = -1, now, modules;

/* Not NVIDIA's: how many modules are loaded. */
int fake_modules(void) { return modules; }

/* The runtime. */
int cudaSetDevice(int index) { return index == 0 || index == 1 ? (device = index, SUCCESS) : INVALID_DEVICE; }

int cudaEventCreateWithFlags(void **event, unsigned flags) {
  if (device < 0 || flags != 0) return INVALID_VALUE;
  *event = calloc(1, sizeof(event_t));
  return SUCCESS;
}

int cudaEventRecord(event_t *event, void *stream) { return stream == NULL ? (event->at = ++now, SUCCESS) : INVALID_VALUE; }

int cudaEventQuery(event_t *event) { return event->asked++ == 0 ? NOT_READY : SUCCESS; }

int cudaEventSynchronize(event_t *event) { return event->at > 0 ? SUCCESS : INVALID_VALUE; }

int cudaEventElapsedTime(float *milliseconds, event_t *from, event_t *to) { return *milliseconds = (float)(to->at - from->at), SUCCESS; }

int cudaEventDestroy(event_t *event) { return free(event), SUCCESS; }

const char *cudaGetErrorString(int error) { return error == INVALID_DEVICE ? "invalid device ordinal" : error == INVALID_VALUE ? "invalid argument" : "unrecognized error code"; }

int cudaMemGetInfo(size_t *unused, size_t *total) { return *unused = (size_t)3 << 30, *total = (size_t)8 << 30, device < 0 ? INVALID_DEVICE : SUCCESS; }

int cudaDeviceGetAttribute(int *value, int attribute, int index) {
  if (index < 0 || index > 1 || (attribute != MAJOR && attribute != MINOR)) return INVALID_VALUE;
  *value = attribute == MAJOR ? (index == 0 ? 9 : 7) : (index == 0 ? 0 : 5);
  return SUCCESS;
}

/* NVRTC. Its machine code is the options that matter. */
const char *nvrtcGetErrorString(int result) { return result == COMPILATION ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR"; }

int nvrtcCreateProgram(program_t **program, const char *source, const char *name, int headers, const char *const *contents, const char *const *names) {
  *program = calloc(1, sizeof(program_t));
  (*program)->headers_known = strstr(source, "#include \"Primitives.cuh\"") && headers == 1 && !strcmp(names[0], "Primitives.cuh") && strstr(contents[0], "ldmatrix");
  return strcmp(name, "RowRanges.cu") ? INVALID_VALUE : SUCCESS;
}

int nvrtcDestroyProgram(program_t **program) { return free(*program), *program = NULL, SUCCESS; }

int nvrtcCompileProgram(program_t *program, int count, const char *const *options) {
  for (int i = 0; i < count; i++) {
    if (!strcmp(options[i], "--gpu-architecture=sm_90")) program->architecture_known = 1;
    if (!strcmp(options[i], "-DBFLOAT16")) program->code.bfloat16 = 1;
    sscanf(options[i], "-DHEAD_SIZE=%d", &program->code.size);
  }
  if (program->headers_known && program->architecture_known && program->code.size > 0 && program->code.size != BROKEN_SIZE) return SUCCESS;
  snprintf(program->log, sizeof program->log, "RowRanges.cu(1): error: no head of %d", program->code.size);
  return COMPILATION;
}

int nvrtcGetProgramLogSize(program_t *program, size_t *size) { return *size = strlen(program->log) + 1, SUCCESS; }

int nvrtcGetProgramLog(program_t *program, char *log) { return strcpy(log, program->log), SUCCESS; }

int nvrtcGetCUBINSize(program_t *program, size_t *size) { return (void)program, *size = sizeof(code_t), SUCCESS; }

int nvrtcGetCUBIN(program_t *program, void *code) { return memcpy(code, &program->code, sizeof(code_t)), SUCCESS; }

/* The driver. */
int cuGetErrorName(int error, const char **name) { return *name = error == INVALID_VALUE ? "CUDA_ERROR_INVALID_VALUE" : "CUDA_ERROR", SUCCESS; }

int cuModuleLoadData(void **module, const void *image) { return *module = memcpy(malloc(sizeof(code_t)), image, sizeof(code_t)), modules++, SUCCESS; }

int cuModuleUnload(void *module) { return free(module), modules--, SUCCESS; }

int cuModuleGetFunction(void **function, void *module, const char *name) { return strcmp(name, "row_ranges") ? NOT_FOUND : (*function = module, SUCCESS); }

static float wide(unsigned short bits, int bfloat16) {
  union { unsigned whole; float value; } upper = {(unsigned)bits << 16};
  union { unsigned short bits; _Float16 value; } half = {bits};
  return bfloat16 ? upper.value : (float)half.value;
}

int cuLaunchKernel(code_t *code, unsigned columns, unsigned rows, unsigned layers, unsigned threads, unsigned y, unsigned z, unsigned shared, void *stream, void **arguments, void **extra) {
  const unsigned short *q = *(unsigned short **)arguments[0], *k = *(unsigned short **)arguments[1];
  float *ranges = *(float **)arguments[2], scale = *(float *)arguments[6];
  const int queries = *(int *)arguments[3], keys = *(int *)arguments[4], heads = *(int *)arguments[5], size = code->size;
  if (device != 0 || layers != 1 || threads != BLOCK || y != 1 || z != 1 || shared || stream || extra || columns != (unsigned)(queries + BLOCK - 1) / BLOCK) return INVALID_VALUE;
  for (unsigned row = 0; row < rows; row++) {
    for (int query = 0; query < queries; query++) {
      float most = -INFINITY, least = INFINITY;
      for (int key = 0; key < keys; key++) {
        float sum = 0;
        for (int i = 0; i < size; i++)
          sum += wide(q[(((size_t)(row / heads) * queries + query) * heads + row % heads) * size + i], code->bfloat16) *
                 wide(k[(((size_t)(row / heads) * keys + key) * heads + row % heads) * size + i], code->bfloat16);
        most = fmaxf(most, sum), least = fminf(least, sum);
      }
      ranges[(size_t)row * queries + query] = (most - least) * fabsf(scale);
    }
  }
  return SUCCESS;
}
