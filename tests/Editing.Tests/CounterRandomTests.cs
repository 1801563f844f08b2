using VideoGrain.Editing.Random;

namespace VideoGrain.Editing.Tests;

public sealed class CounterRandomTests
{
    [Fact]
    public void Bits_KnownKeyAndCounter_AreThoseOfThePublishedGenerator()
    {
        // Counter 0 (but for the purpose word) with key 0; the all-zero vector of the generator's authors needs purpose 0.
        var random = new CounterRandom(0, default, 0);

        Assert.Equal([0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u], [random.Bits(0), random.Bits(1), random.Bits(2), random.Bits(3)]);
    }

    [Fact]
    public void Bits_AnotherSeedPurposeStepOrPosition_Differ()
    {
        var bits = new HashSet<(uint, uint)>();
        foreach (var seed in new ulong[] { 0, 1, 1ul << 32 })
        {
            foreach (var purpose in Enum.GetValues<NoisePurpose>())
            {
                for (uint step = 0; step < 4; step++)
                {
                    var random = new CounterRandom(seed, purpose, step);
                    for (ulong position = 0; position < 8; position += 2) Assert.True(bits.Add((random.Bits(position), random.Bits(position + 1))));
                }
            }
        }
    }

    [Fact]
    public void Normal_AnySplit_DrawsTheSameNumbers() =>
        Prop.ForAll(Gen.Choose(0, 50).ToArbitrary(), Gen.Choose(1, 101).ToArbitrary(), (half, count) =>
        {
            var random = new CounterRandom(3, NoisePurpose.Blending, 9);
            var all = new float[2 * half + count];
            random.Normal(all);
            var rest = new float[count];
            random.Normal(rest, 2 * (ulong)half);
            return all.AsSpan(2 * half).SequenceEqual(rest);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Normal_ManyNumbers_HaveTheMomentsOfANormalDistribution()
    {
        var values = new float[200_000];
        new CounterRandom(11, NoisePurpose.Posterior, 0).Normal(values);

        Assert.Equal(0, values.Average(), 0.01);
        Assert.Equal(1, values.Average(v => v * v), 0.02);
        Assert.Equal(3, values.Average(v => Math.Pow(v, 4)), 0.1);
        Assert.Equal(0, values.Zip(values.Skip(1), (a, b) => a * b).Average(), 0.01);
        Assert.True(Array.TrueForAll(values, float.IsFinite));
    }
}
