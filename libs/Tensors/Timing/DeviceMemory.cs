namespace VideoGrain.Tensors;

/// <summary>Memory of a device.</summary>
/// <param name="Reserved">Bytes taken by all its users: activations, weights, the library's cache and the driver's own.</param>
/// <param name="Capacity">Bytes that it has.</param>
public readonly record struct DeviceMemory(long Reserved, long Capacity);
