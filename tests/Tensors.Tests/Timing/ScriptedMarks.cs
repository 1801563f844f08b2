using VideoGrain.Tensors.Timing;

namespace VideoGrain.Tensors.Tests.Timing;

/// <summary>A device that works as long as a test says.</summary>
internal sealed class ScriptedMarks : IDeviceMarks
{
    private readonly List<double> _at = [];
    private double _now;

    /// <summary>Whether the device comes to no mark before somebody waits for it.</summary>
    public bool IsLate { get; set; }

    /// <summary>Marks that were made.</summary>
    public int Created => _at.Count;

    /// <summary>How often a mark was set.</summary>
    public int Set { get; private set; }

    /// <summary>How often somebody waited.</summary>
    public int Waited { get; private set; }

    /// <summary>Marks that were ended.</summary>
    public int Destroyed { get; private set; }

    /// <summary>Whether nothing is to come any more.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Lets the device work.</summary>
    public void Pass(int milliseconds) => _now += milliseconds;

    /// <inheritdoc/>
    public nint Create()
    {
        _at.Add(double.NaN);
        return _at.Count - 1;
    }

    /// <inheritdoc/>
    void IDeviceMarks.Set(nint mark)
    {
        _at[(int)mark] = _now;
        Set++;
    }

    /// <inheritdoc/>
    public bool IsReached(nint mark) => !IsLate;

    /// <inheritdoc/>
    public void Wait(nint mark)
    {
        Waited++;
        IsLate = false;
    }

    /// <inheritdoc/>
    public TimeSpan Between(nint earlier, nint later) => TimeSpan.FromMilliseconds(_at[(int)later] - _at[(int)earlier]);

    /// <inheritdoc/>
    public void Destroy(nint mark) => Destroyed++;

    /// <inheritdoc/>
    public void Dispose() => IsDisposed = true;
}
