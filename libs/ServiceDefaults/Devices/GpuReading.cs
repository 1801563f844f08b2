namespace VideoGrain.ServiceDefaults.Devices;

/// <summary>What NVIDIA's management library tells of a GPU; null for what this GPU or its driver does not tell.</summary>
/// <param name="Id">Its UUID, "GPU-...".</param>
/// <param name="Name">Its place among the GPUs that this process sees, such as "gpu0".</param>
/// <param name="Model">Such as "NVIDIA H100 80GB HBM3".</param>
/// <param name="Utilization">Share of the last sampling period in which kernels ran, 0 to 1.</param>
/// <param name="MemoryUsed">Bytes of its memory in use, by whomever.</param>
/// <param name="MemoryTotal">Bytes of its memory.</param>
/// <param name="Temperature">Of its die, in °C.</param>
/// <param name="Power">Watts that it draws.</param>
/// <param name="Energy">Joules that it has drawn since its driver was loaded.</param>
internal sealed record GpuReading(
    string Id, string Name, string Model, double? Utilization, long? MemoryUsed, long? MemoryTotal, double? Temperature, double? Power, double? Energy);
