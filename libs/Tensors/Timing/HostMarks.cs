using System.Diagnostics;

namespace VideoGrain.Tensors.Timing;

/// <summary>Marks of a device that has done everything by the time a call returns: the processor.</summary>
internal sealed class HostMarks : IDeviceMarks
{
    private readonly List<long> _timestamps = [];

    /// <inheritdoc/>
    public nint Create()
    {
        _timestamps.Add(0);
        return _timestamps.Count - 1;
    }

    /// <inheritdoc/>
    public void Set(nint mark) => _timestamps[(int)mark] = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public bool IsReached(nint mark) => true;

    /// <inheritdoc/>
    public void Wait(nint mark)
    {
    }

    /// <inheritdoc/>
    public TimeSpan Between(nint earlier, nint later) => Stopwatch.GetElapsedTime(_timestamps[(int)earlier], _timestamps[(int)later]);

    /// <inheritdoc/>
    public void Destroy(nint mark)
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _timestamps.Clear();
}
