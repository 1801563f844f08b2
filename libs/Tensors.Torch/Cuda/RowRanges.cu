// How far a query's scores reach: |scale| (max_j q_i . k_j - min_j q_i . k_j), which ST-Layout attention asks for. The products stay in registers: a warp keeps 32 queries
// as fragments of the tensor cores, the keys pass by in tiles of shared memory, and of every product only the row's greatest and least live on. So the device reads
// the operands and writes one number a query, where a matrix of scores would go through its memory twice.
//
// HEAD_SIZE, a multiple of 8 up to 256, and BFLOAT16 (else fp16) are given to the compiler.
#include "Primitives.cuh"

typedef unsigned short Element;

constexpr int WarpLanes = 32, Warps = 8, Threads = WarpLanes * Warps;

// A product of the tensor cores takes 16 rows; two of them for every fragment of keys halve the reading of shared memory, which would else be the limit.
constexpr int RowsOfProduct = 16, Products = 2, WarpQueries = RowsOfProduct * Products, BlockQueries = WarpQueries * Warps;

// Sixteen bytes, what a copy moves; heads are filled up with zeros to the depth of a product.
constexpr int Chunk = 8, Depth = 16, Steps = (HEAD_SIZE + Depth - 1) / Depth, Width = Steps * Depth, Chunks = HEAD_SIZE / Chunk;

// An odd number of chunks from one key to the next: eight keys' chunks of one column then lie in different banks.
constexpr int Stride = Width + Chunk;

// While a tile is computed with, two are on their way.
constexpr int Stages = 3;

// Shared memory that a block has without asking for more, and how many times one key fits into it on every stage.
constexpr int SharedBytes = 48 * 1024, MostKeys = SharedBytes / (Stages * Stride * (int)sizeof(Element));

// Keys of a tile, and those of one reading: two products side by side.
constexpr int TileKeys = MostKeys >= 128 ? 128 : MostKeys >= 64 ? 64 : MostKeys >= 32 ? 32 : 16;
constexpr int KeysOfProduct = 8, Pair = 2, PairKeys = Pair * KeysOfProduct;

// Blocks that share a processor: what registers leave room for.
constexpr int Residents = Width <= 80 ? 2 : 1;

static_assert(HEAD_SIZE % Chunk == 0 && TileKeys <= MostKeys, "unsupported head size");

/// Begins to copy a tile of keys. Keys beyond the last are the last once more, which changes no extreme.
__device__ __forceinline__ void begin_tile(Element (&tile)[TileKeys][Stride], const Element* k, int first, int keys, int channels) {
#pragma unroll
  for (int i = 0; i < TileKeys * Chunks; i += Threads) {
    const int chunk = i + threadIdx.x, key = chunk / Chunks, column = chunk % Chunks * Chunk;
    if (chunk < TileKeys * Chunks) begin_copy(shared_address(&tile[key][column]), k + (size_t)min(first + key, keys - 1) * channels + column);
  }
}

/// q [entries, queries, heads, HEAD_SIZE], k [entries, keys, heads, HEAD_SIZE], both at multiples of 16 bytes; ranges [entries, heads, queries]. At least one key. The grid is
/// queries / BlockQueries, rounded up, times entries * heads.
extern "C" __global__ void __launch_bounds__(Threads, Residents)
    row_ranges(const Element* q, const Element* k, float* ranges, int queries, int keys, int heads, float scale) {
  __shared__ __align__(16) Element tiles[Stages][TileKeys][Stride];
  const int lane = threadIdx.x % WarpLanes, group = lane / 4, member = lane % 4;
  const int channels = heads * HEAD_SIZE, entry = blockIdx.y / heads, head = blockIdx.y % heads;
  const int first = blockIdx.x * BlockQueries + threadIdx.x / WarpLanes * WarpQueries;
  q += (size_t)entry * queries * channels + head * HEAD_SIZE;
  k += (size_t)entry * keys * channels + head * HEAD_SIZE;

  // Copies never write the columns that fill a key up.
  for (int key = threadIdx.x; key < Stages * TileKeys; key += Threads) {
#pragma unroll
    for (int column = HEAD_SIZE; column < Width; column++) tiles[key / TileKeys][key % TileKeys][column] = 0;
  }

  const int count = (keys + TileKeys - 1) / TileKeys;
#pragma unroll
  for (int tile = 0; tile < Stages - 1; tile++) {
    if (tile < count) begin_tile(tiles[tile], k, tile * TileKeys, keys, channels);
    end_group();
  }

  // Queries beyond the last are the last once more; what comes of them is not written.
  unsigned rows[Products][Steps][4];
#pragma unroll
  for (int product = 0; product < Products; product++) {
#pragma unroll
    for (int part = 0; part < 4; part++) {
      const int query = first + product * RowsOfProduct + group + part % 2 * 8;
      const Element* source = q + (size_t)min(query, queries - 1) * channels;
#pragma unroll
      for (int step = 0; step < Steps; step++) {
        const int column = step * Depth + part / 2 * 8 + member * 2;
        rows[product][step][part] = column < HEAD_SIZE ? *(const unsigned*)(source + column) : 0;
      }
    }
  }

  // A number that is not one is passed over here. That hides nothing: the attention that follows multiplies the same queries and keys.
  const float infinity = __int_as_float(0x7f800000);
  float most[Products][2], least[Products][2];
#pragma unroll
  for (int product = 0; product < Products; product++) {
    most[product][0] = most[product][1] = -infinity;
    least[product][0] = least[product][1] = infinity;
  }

  // Matrices 0 and 1 of a reading are both halves in depth of its first 8 keys, 2 and 3 those of the other 8.
  const int reading = (lane / 16 * 8 + lane % 8) * Stride + lane / 8 % 2 * 8;
  for (int tile = 0, stage = 0; tile < count; tile++, stage = stage == Stages - 1 ? 0 : stage + 1) {
    // All copies of this tile have ended, and so has every warp's use of the tile before, whose place the next copies take.
    await_groups<Stages - 2>();
    __syncthreads();
    const int next = tile + Stages - 1;
    if (next < count) begin_tile(tiles[stage == 0 ? Stages - 1 : stage - 1], k, next * TileKeys, keys, channels);
    end_group();

    const unsigned source = shared_address(&tiles[stage][0][0]) + reading * (int)sizeof(Element);
#pragma unroll
    for (int key = 0; key < TileKeys; key += PairKeys) {
      float sums[Products][Pair][4] = {};
#pragma unroll
      for (int step = 0; step < Steps; step++) {
        unsigned columns[4];
        load_matrices(columns, source + (key * Stride + step * Depth) * (int)sizeof(Element));
#pragma unroll
        for (int product = 0; product < Products; product++) {
          multiply_add(sums[product][0], rows[product][step], columns[0], columns[1]);
          multiply_add(sums[product][1], rows[product][step], columns[2], columns[3]);
        }
      }

#pragma unroll
      for (int product = 0; product < Products; product++) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
          const float(&left)[4] = sums[product][0], (&right)[4] = sums[product][1];
          const float upper = fmaxf(fmaxf(left[2 * half], left[2 * half + 1]), fmaxf(right[2 * half], right[2 * half + 1]));
          const float lower = fminf(fminf(left[2 * half], left[2 * half + 1]), fminf(right[2 * half], right[2 * half + 1]));
          most[product][half] = fmaxf(most[product][half], upper);
          least[product][half] = fminf(least[product][half], lower);
        }
      }
    }
  }

  // Four lanes hold a query's keys between them.
#pragma unroll
  for (int product = 0; product < Products; product++) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      float upper = most[product][half], lower = least[product][half];
#pragma unroll
      for (int distance = 1; distance <= 2; distance *= 2) {
        upper = fmaxf(upper, __shfl_xor_sync(0xffffffff, upper, distance));
        lower = fminf(lower, __shfl_xor_sync(0xffffffff, lower, distance));
      }

      const int query = first + product * RowsOfProduct + group + half * 8;
      if (member == 0 && query < queries) ranges[(size_t)blockIdx.y * queries + query] = (upper - lower) * fabsf(scale);
    }
  }
}
