namespace VideoGrain.Tensors.Timing;

/// <summary>Marks in a device's queue of work. A device reaches them in the order in which they were set.</summary>
internal interface IDeviceMarks : IDisposable
{
    /// <summary>Makes a mark that is not set.</summary>
    nint Create();

    /// <summary>Puts a mark behind everything queued so far; it may have been set before.</summary>
    void Set(nint mark);

    /// <summary>Whether the device has come to a mark that was set.</summary>
    bool IsReached(nint mark);

    /// <summary>Waits until the device comes to a mark that was set.</summary>
    void Wait(nint mark);

    /// <summary>Time between two marks that were reached.</summary>
    TimeSpan Between(nint earlier, nint later);

    /// <summary>Ends a mark.</summary>
    void Destroy(nint mark);
}
