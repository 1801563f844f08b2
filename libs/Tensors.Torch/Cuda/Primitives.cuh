// Instructions that CUDA C++ has no name for, as the PTX ISA defines them for compute capability 8.0 and later. A lane is a thread of a warp, 0 to 31.
#pragma once

/// Where something lies in shared memory, as the instructions below want it.
__device__ __forceinline__ unsigned shared_address(const void* object) {
  unsigned address;
  asm("{ .reg .u64 wide; cvta.to.shared.u64 wide, %1; cvt.u32.u64 %0, wide; }" : "=r"(address) : "l"((unsigned long long)object));
  return address;
}

/// Begins to copy 16 bytes from global to shared memory; both addresses are multiples of 16.
__device__ __forceinline__ void begin_copy(unsigned to, const void* from) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to), "l"((unsigned long long)from) : "memory");
}

/// Makes a group of the copies that the thread has begun since its last group; an empty one counts too.
__device__ __forceinline__ void end_group() { asm volatile("cp.async.commit_group;" ::: "memory"); }

/// Waits until at most so many of the thread's groups, the latest, are under way.
template <int Groups>
__device__ __forceinline__ void await_groups() { asm volatile("cp.async.wait_group %0;" ::"n"(Groups) : "memory"); }

/// Four matrices of 8 x 8 two-byte elements from shared memory: lanes 8 i to 8 i + 7 give the addresses of the rows of matrix i, and lane l gets elements 2 (l % 4) and
/// the next one of row l / 4 of each.
__device__ __forceinline__ void load_matrices(unsigned (&values)[4], unsigned address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(values[0]), "=r"(values[1]), "=r"(values[2]), "=r"(values[3])
               : "r"(address)
               : "memory");
}

/// sums += a b with a of 16 x 16 and b of 16 x 8 elements. Lane l holds, with g = l / 4 and t = 2 (l % 4): of a the pairs (g, t), (g + 8, t), (g, t + 8), (g + 8, t + 8);
/// of b the pairs (t, g), (t + 8, g) along its first axis; of the sums (g, t), (g, t + 1), (g + 8, t), (g + 8, t + 1).
__device__ __forceinline__ void multiply_add(float (&sums)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  asm(
#ifdef BFLOAT16
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
#else
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
#endif
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
