namespace VideoGrain.Tensors.Tests.Conformance;

/// <summary>Normalisations of every engine against their definition.</summary>
public sealed class NormTests
{
    private const double Tolerance = 2e-5;

    // A group of one number has no variance, so its factor is 1 / sqrt(epsilon): fp32 rounds the number (at most 3) times that before the mean is taken off.
    private const double ToleranceOfOneNumber = 3 * 1.2e-7 / 3.16e-3;

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void GroupNorm_AnyShape_EqualsDefinition(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([3, 3, 13, 13, 5, 7, 4], s =>
        {
            var (statistics, images, h, w, groups, perGroup, activation) = (s[0], s[1], s[2], s[3], s[4], s[5], (Activation)(s[6] - 1));
            var c = groups * perGroup;
            float[] x = Numbers.Random(1, statistics * images * h * w * c, 3), scale = Numbers.Random(2, c), shift = Numbers.Random(3, c);
            using var scope = engine.BeginScope();
            using var weight = engine.PackNorm(Numbers.Host(scale, c), Numbers.Host(shift, c));
            var y = engine.GroupNorm(engine.Upload(x, statistics * images, h, w, c), weight, groups, 1e-5f, images, activation);
            Numbers.AssertClose(
                Reference.GroupNorm(x, statistics, images * h * w, c, scale, shift, groups, 1e-5, activation),
                engine.Values(y),
                images * h * w * perGroup == 1 ? ToleranceOfOneNumber : Tolerance);
        });
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void GroupNorm_LargeMean_LosesNoPrecision(string name)
    {
        const int Rows = 300, Channels = 12;
        using var engine = Engines.Create(name);
        using var scope = engine.BeginScope();
        var x = Numbers.Random(1, Rows * Channels);
        for (var i = 0; i < x.Length; i++) x[i] += 1000;
        float[] scale = Numbers.Random(2, Channels), shift = Numbers.Random(3, Channels);
        using var weight = engine.PackNorm(Numbers.Host(scale, Channels), Numbers.Host(shift, Channels));
        var y = engine.GroupNorm(engine.Upload(x, 1, Rows, Channels), weight, 4, 1e-6f, 1);
        Numbers.AssertClose(Reference.GroupNorm(x, 1, Rows, Channels, scale, shift, 4, 1e-6, Activation.None), engine.Values(y), 2e-4);
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void LayerNorm_AnyShape_EqualsDefinition(string name)
    {
        using var engine = Engines.Create(name);
        Sizes.Check([40, 100], s =>
        {
            var (rows, c) = (s[0], s[1]);
            float[] x = Numbers.Random(1, rows * c, 3), scale = Numbers.Random(2, c), shift = Numbers.Random(3, c);
            using var scope = engine.BeginScope();
            using var weight = engine.PackNorm(Numbers.Host(scale, c), Numbers.Host(shift, c));
            var y = engine.LayerNorm(engine.Upload(x, rows, c), weight, 1e-5f);
            Numbers.AssertClose(Reference.GroupNorm(x, rows, 1, c, scale, shift, 1, 1e-5, Activation.None), engine.Values(y), Tolerance);
        });
    }
}
