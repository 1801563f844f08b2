using VideoGrain.Tensors.Cpu.Kernels;
using VideoGrain.Tensors.Cpu.Memory;

namespace VideoGrain.Tensors.Cpu.Weights;

/// <summary>
/// A 3x3 kernel transformed for Winograd's F(2x2, 3x3): U = G g G^T, 4x4 numbers for every pair of channels, kept as 16 matrices
/// [inputs, outputs] in panels, one after the other, with the bias padded alike. Immutable, so engines may share it.
/// </summary>
internal sealed unsafe class WinogradMatrix : IDisposable
{
    /// <summary>Matrices: positions of a 4x4 patch.</summary>
    public const int Positions = 16;

    private const int Taps = 9;

    // Fewer channels than this leave the transforms more work than the products they save.
    private const int FewestChannels = 32;

    // 16 numbers take the place of 9. Where a kernel is larger than this, images are small (the coarse levels of a UNet) and reading it is
    // what a convolution costs; elsewhere the memory is worth 2.25 times fewer multiplications.
    private const long MostPairs = 640 * 1920;

    private readonly NativeBuffer _panels;
    private readonly NativeBuffer? _bias;

    private WinogradMatrix(PanelLayout layout, NativeBuffer panels, NativeBuffer? bias)
    {
        Layout = layout;
        _panels = panels;
        _bias = bias;
    }

    /// <summary>How the panels of one matrix lie.</summary>
    public PanelLayout Layout { get; }

    /// <summary>The panels of all matrices.</summary>
    public float* Panels => _panels.Pointer;

    /// <summary>The bias; null for none.</summary>
    public float* Bias => _bias is null ? null : _bias.Pointer;

    /// <summary>Whether a convolution is of the kind this is for, and of a size that gains.</summary>
    public static bool Suits(int inputs, int outputs, int kernel, int stride, Padding2d padding) =>
        kernel == 3 && stride == 1 && padding == Padding2d.Symmetric(1)
        && Math.Min(inputs, outputs) >= FewestChannels && (long)inputs * outputs <= MostPairs;

    /// <summary>Transforms and packs [outputs, channels, 3, 3]. Halves are widened on the way; the transform is rounded once.</summary>
    public static WinogradMatrix Create(HostTensor weight, HostTensor? bias, int outputs, int channels, int width)
    {
        var layout = new PanelLayout(channels, outputs, width);
        var panels = new NativeBuffer(checked(Positions * layout.Length * sizeof(float)));
        Parallel.For(0, layout.Panels, panel => PackPanel(weight, layout, panel, panels.Pointer + layout.Offset(panel)));
        return new WinogradMatrix(layout, panels, bias is null ? null : HostValues.ToNative(bias, layout.PaddedColumns));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _panels.Dispose();
        _bias?.Dispose();
    }

    private static void PackPanel(HostTensor weight, PanelLayout layout, int panel, float* destination)
    {
        const int BlockChannels = 8;
        var first = panel * layout.PanelWidth;
        var outputs = Math.Min(layout.PanelWidth, layout.Columns - first);
        var stride = layout.Vectors(panel) * layout.Width;
        Span<float> block = stackalloc float[BlockChannels * Taps];
        Span<float> transformed = stackalloc float[Positions];
        for (var start = 0; start < layout.Depth; start += BlockChannels)
        {
            var channels = Math.Min(BlockChannels, layout.Depth - start);
            for (var lane = 0; lane < stride; lane++)
            {
                if (lane < outputs)
                    HostValues.Read(weight, (((long)(first + lane) * layout.Depth) + start) * Taps, block[..(channels * Taps)]);
                else
                    block.Clear();
                for (var channel = 0; channel < channels; channel++)
                {
                    Transform(block.Slice(channel * Taps, Taps), transformed);
                    var line = destination + ((long)(start + channel) * stride) + lane;
                    for (var position = 0; position < Positions; position++) line[position * layout.Length] = transformed[position];
                }
            }
        }
    }

    /// <summary>G g G^T with the rows of G being (1, 0, 0), (1, 1, 1) / 2, (1, -1, 1) / 2, (0, 0, 1).</summary>
    private static void Transform(ReadOnlySpan<float> kernel, Span<float> transformed)
    {
        Span<double> columns = stackalloc double[12];
        for (var column = 0; column < 3; column++)
        {
            double top = kernel[column], middle = kernel[3 + column], bottom = kernel[6 + column];
            columns[column] = top;
            columns[3 + column] = (top + middle + bottom) / 2;
            columns[6 + column] = (top - middle + bottom) / 2;
            columns[9 + column] = bottom;
        }

        for (var row = 0; row < 4; row++)
        {
            double left = columns[3 * row], middle = columns[(3 * row) + 1], right = columns[(3 * row) + 2];
            transformed[4 * row] = (float)left;
            transformed[(4 * row) + 1] = (float)((left + middle + right) / 2);
            transformed[(4 * row) + 2] = (float)((left - middle + right) / 2);
            transformed[(4 * row) + 3] = (float)right;
        }
    }
}
