namespace VideoGrain.Editing.Attention;

/// <summary>Mean of per-frame values that come window by window, layer by layer; memory is that of the mean alone.</summary>
/// <param name="frames">Frames of the clip.</param>
internal sealed class FrameAverage(int frames)
{
    private readonly int[] _counts = new int[frames];
    private float[]? _sums;

    /// <summary>Adds values [numbers, size] of the frames with these numbers.</summary>
    public void Add(ReadOnlySpan<float> values, ReadOnlySpan<int> numbers)
    {
        var size = values.Length / numbers.Length;
        _sums ??= new float[frames * size];
        for (var i = 0; i < numbers.Length; i++)
        {
            var sum = _sums.AsSpan(numbers[i] * size, size);
            var part = values.Slice(i * size, size);
            for (var j = 0; j < size; j++) sum[j] += part[j];
            _counts[numbers[i]]++;
        }
    }

    /// <summary>The mean of each frame, [frames, size]; null when nothing came.</summary>
    public float[]? Average()
    {
        if (_sums is null) return null;
        var result = new float[_sums.Length];
        var size = result.Length / frames;
        for (var i = 0; i < result.Length; i++) result[i] = _sums[i] / Math.Max(1, _counts[i / size]);
        return result;
    }
}
