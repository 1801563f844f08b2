namespace VideoGrain.Tensors.Tests.Conformance;

/// <summary>Linear layers and convolutions of every engine against their definition.</summary>
public sealed class DenseTests
{
    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Linear_AnyShape_EqualsDefinition(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([40, 70, 70, 4, 2, 2], s =>
        {
            var (rows, inputs, outputs, activation, withBias, withResidual) = (s[0], s[1], s[2], (Activation)(s[3] - 1), s[4] == 2, s[5] == 2);
            float[] x = Numbers.Random(1, rows * inputs), w = Numbers.Random(2, outputs * inputs);
            var bias = withBias ? Numbers.Random(3, outputs) : null;
            var residual = withResidual ? Numbers.Random(4, rows * outputs) : null;
            using var scope = engine.BeginScope();
            using var weight = engine.PackLinear(Numbers.Host(w, outputs, inputs), bias is null ? null : Numbers.Host(bias, outputs));
            var y = engine.Linear(engine.Upload(x, rows, inputs), weight, activation, residual is null ? null : engine.Upload(residual, rows, outputs));
            Assert.Equal([rows, outputs], y.Shape.ToArray());
            Numbers.AssertClose(Reference.Linear(x, w, bias, rows, inputs, outputs, activation, residual), engine.Values(y));
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Linear_LargerThanEveryBlock_EqualsDefinition(string name)
    {
        const int Rows = 205, Inputs = 901, Outputs = 131;
        using var engine = Engines.Create(name);
        using var scope = engine.BeginScope();
        float[] x = Numbers.Random(1, Rows * Inputs), w = Numbers.Random(2, Outputs * Inputs), b = Numbers.Random(3, Outputs);
        using var weight = engine.PackLinear(Numbers.Host(w, Outputs, Inputs), Numbers.Host(b, Outputs));
        var y = engine.Linear(engine.Upload(x, 5, 41, Inputs), weight, Activation.Silu);
        Assert.Equal([5, 41, Outputs], y.Shape.ToArray());
        Numbers.AssertClose(Reference.Linear(x, w, b, Rows, Inputs, Outputs, Activation.Silu, null), engine.Values(y), 3e-5);
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void LinearGeglu_AnyShape_EqualsDefinition(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([40, 50, 70, 2], s =>
        {
            // Half of the cases have halves of whole panels, which kernels may treat differently.
            var (rows, inputs, half) = (s[0], s[1], s[3] == 2 ? s[2] : (s[2] / 24 * 32) + 32);
            float[] x = Numbers.Random(1, rows * inputs), w = Numbers.Random(2, 2 * half * inputs), b = Numbers.Random(3, 2 * half);
            using var scope = engine.BeginScope();
            using var weight = engine.PackLinear(Numbers.Host(w, 2 * half, inputs), Numbers.Host(b, 2 * half));
            var y = engine.LinearGeglu(engine.Upload(x, 1, rows, inputs), weight);
            Assert.Equal([1, rows, half], y.Shape.ToArray());
            Numbers.AssertClose(Reference.Geglu(x, w, b, rows, inputs, 2 * half), engine.Values(y));
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void LinearGeglu_DeepAndWide_EqualsDefinition(string name)
    {
        const int Rows = 101, Inputs = 500, Half = 320;
        using var engine = Engines.Create(name);
        using var scope = engine.BeginScope();
        float[] x = Numbers.Random(1, Rows * Inputs), w = Numbers.Random(2, 2 * Half * Inputs, 0.1f);
        using var weight = engine.PackLinear(Numbers.Host(w, 2 * Half, Inputs), null);
        Numbers.AssertClose(Reference.Geglu(x, w, null, Rows, Inputs, 2 * Half), engine.Values(engine.LinearGeglu(engine.Upload(x, Rows, Inputs), weight)));
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Conv2d_AnyGeometry_EqualsDefinition(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([2, 9, 9, 37, 37, 4, 2, 3, 3, 4], s =>
        {
            var (n, h, w, inputs, outputs, kernel, stride) = (2 * s[0], s[1], s[2], s[3], s[4], s[5], s[6]);
            var padding = new Padding2d(s[7] - 1, s[8] - 1, s[8], s[7]);
            if (h + padding.Top + padding.Bottom < kernel || w + padding.Left + padding.Right < kernel) return;
            float[] x = Numbers.Random(1, n * h * w * inputs), weight = Numbers.Random(2, outputs * inputs * kernel * kernel), bias = Numbers.Random(3, outputs);
            var shift = s[9] > 2 ? Numbers.Random(4, 2 * outputs) : null;
            _ = Reference.Conv2d(x, n, h, w, inputs, weight, bias, outputs, kernel, stride, padding, null, 1, null, out var oh, out var ow);
            var residual = s[9] % 2 == 0 ? Numbers.Random(5, n * oh * ow * outputs) : null;
            var expected = Reference.Conv2d(x, n, h, w, inputs, weight, bias, outputs, kernel, stride, padding, shift, 2, residual, out _, out _);
            using var scope = engine.BeginScope();
            using var packed = engine.PackConv(Numbers.Host(weight, outputs, inputs, kernel, kernel), Numbers.Host(bias, outputs), stride, padding);
            var y = engine.Conv2d(
                engine.Upload(x, n, h, w, inputs), packed, shift is null ? null : engine.Upload(shift, 2, outputs), residual is null ? null : engine.Upload(residual, n, oh, ow, outputs));
            Assert.Equal([n, oh, ow, outputs], y.Shape.ToArray());
            Numbers.AssertClose(expected, engine.Values(y), 2e-5);
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Conv2d_SameSize_EqualsDefinition(string name)
    {
        // Many channels, 3x3, one pixel of padding: what an engine may compute by a transform of its own.
        using var engine = Engines.Create(name);
        Sizes.Check([3, 11, 11, 70, 70, 4], s =>
        {
            var (n, h, w, inputs, outputs) = (2 * s[0], s[1], s[2], 30 + s[3], 30 + s[4]);
            float[] x = Numbers.Random(1, n * h * w * inputs), weight = Numbers.Random(2, outputs * inputs * 9), bias = Numbers.Random(3, outputs);
            var shift = s[5] > 2 ? Numbers.Random(4, 2 * outputs) : null;
            var residual = s[5] % 2 == 0 ? Numbers.Random(5, n * h * w * outputs) : null;
            var padding = Padding2d.Symmetric(1);
            var expected = Reference.Conv2d(x, n, h, w, inputs, weight, bias, outputs, 3, 1, padding, shift, 2, residual, out _, out _);
            using var scope = engine.BeginScope();
            using var packed = engine.PackConv(Numbers.Host(weight, outputs, inputs, 3, 3), Numbers.Host(bias, outputs), 1, padding);
            var y = engine.Conv2d(
                engine.Upload(x, n, h, w, inputs), packed, shift is null ? null : engine.Upload(shift, 2, outputs), residual is null ? null : engine.Upload(residual, n, h, w, outputs));
            Numbers.AssertClose(expected, engine.Values(y), 2e-5);
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void PackLinear_HalfPrecisionWeights_AreWidenedExactly(string name)
    {
        using var engine = Engines.Create(name);
        using var scope = engine.BeginScope();
        float[] w = [1.5f, -2.25f, 0.125f, 1024, -0.0078125f, 3];
        var half = new byte[12];
        var brain = new byte[12];
        for (var i = 0; i < w.Length; i++)
        {
            BitConverter.TryWriteBytes(half.AsSpan(2 * i), (Half)w[i]);
            BitConverter.TryWriteBytes(brain.AsSpan(2 * i), (ushort)(BitConverter.SingleToUInt32Bits(w[i]) >> 16));
        }

        float[] x = [1, 2, 3];
        foreach (var tensor in new[] { new HostTensor(ElementType.Float16, [2, 3, 1, 1], half), new HostTensor(ElementType.BFloat16, [2, 3], brain) })
        {
            using var weight = engine.PackLinear(tensor, null);
            Numbers.AssertClose(Reference.Linear(x, w, null, 1, 3, 2, Activation.None, null), engine.Values(engine.Linear(engine.Upload(x, 1, 3), weight)));
        }
    }
}
