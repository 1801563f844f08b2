namespace VideoGrain.Tensors;

/// <summary>A device's memory does not suffice for an operation. The engine is as it was before the operation.</summary>
public sealed class DeviceOutOfMemoryException : Exception
{
    /// <summary>Says what was asked for and what was free.</summary>
    /// <param name="device">The device, such as "cuda:0".</param>
    /// <param name="requestedBytes">Bytes asked for; null where the library does not say.</param>
    /// <param name="freeBytes">Bytes that were free; null where the library does not say.</param>
    /// <param name="activationBytes">Bytes of activations the engine held.</param>
    /// <param name="innerException">The library's error.</param>
    public DeviceOutOfMemoryException(string device, long? requestedBytes, long? freeBytes, long activationBytes, Exception innerException)
        : base($"{device} is out of memory: {Amount(requestedBytes)} asked for, {Amount(freeBytes)} free, {Amount(activationBytes)} of activations in use", innerException)
    {
        Device = device;
        RequestedBytes = requestedBytes;
        FreeBytes = freeBytes;
        ActivationBytes = activationBytes;
    }

    /// <summary>The device.</summary>
    public string Device { get; }

    /// <summary>Bytes asked for; null where the library does not say.</summary>
    public long? RequestedBytes { get; }

    /// <summary>Bytes that were free; null where the library does not say.</summary>
    public long? FreeBytes { get; }

    /// <summary>Bytes of activations the engine held.</summary>
    public long ActivationBytes { get; }

    private static string Amount(long? bytes) => bytes is { } count ? $"{count} bytes" : "an unknown amount";
}
