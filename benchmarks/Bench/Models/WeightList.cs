namespace VideoGrain.Bench.Models;

/// <summary>Names and shapes of a network's parameters, in the order of its layers.</summary>
internal sealed class WeightList
{
    private readonly List<WeightEntry> _entries = [];

    /// <summary>The parameters.</summary>
    public IReadOnlyList<WeightEntry> Entries => _entries;

    /// <summary>A matrix and, unless left out, its bias.</summary>
    public void Linear(string name, int inputs, int outputs, bool bias = true)
    {
        _entries.Add(new($"{name}.weight", [outputs, inputs], WeightRole.Matrix));
        if (bias) Bias(name, outputs);
    }

    /// <summary>A square kernel and its bias.</summary>
    public void Conv(string name, int inputs, int outputs, int kernel = 3)
    {
        _entries.Add(new($"{name}.weight", [outputs, inputs, kernel, kernel], WeightRole.Matrix));
        Bias(name, outputs);
    }

    /// <summary>Scale and shift of a norm.</summary>
    public void Norm(string name, int channels)
    {
        _entries.Add(new($"{name}.weight", [channels], WeightRole.Scale));
        Bias(name, channels);
    }

    /// <summary>A lookup table.</summary>
    public void Table(string name, int rows, int width) => _entries.Add(new($"{name}.weight", [rows, width], WeightRole.Matrix));

    private void Bias(string name, int width) => _entries.Add(new($"{name}.bias", [width], WeightRole.Shift));
}
