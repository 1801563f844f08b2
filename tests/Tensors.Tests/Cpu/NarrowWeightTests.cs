using System.Runtime.InteropServices;
using VideoGrain.Tensors.Cpu;

namespace VideoGrain.Tensors.Tests.Cpu;

/// <summary>Large weights that come in 16 bits stay in 16 bits; results are those of the same numbers in fp32, bit for bit.</summary>
public sealed class NarrowWeightTests
{
    private const int Large = 512;
    private const int BitPatterns = 1 << 16;

    public static TheoryData<CpuInstructionSet, ElementType> Cases
    {
        get
        {
            var cases = new TheoryData<CpuInstructionSet, ElementType>();
            foreach (var set in Enum.GetValues<CpuInstructionSet>().Where(set => set != CpuInstructionSet.Auto && CpuEngine.Supports(set)))
            {
                cases.Add(set, ElementType.Float16);
                cases.Add(set, ElementType.BFloat16);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Linear_EveryFiniteNumber_IsWidenedExactly(CpuInstructionSet set, ElementType type)
    {
        using var engine = Engine(set);
        using var scope = engine.BeginScope();
        var finite = Enumerable.Range(0, BitPatterns).Select(bits => (ushort)bits).Where(bits => float.IsFinite(Widen(bits, type))).ToArray();
        var bits = new ushort[2 * Large * Large];
        for (var i = 0; i < bits.Length; i++) bits[i] = finite[i % finite.Length];
        var identity = new float[Large * Large];
        for (var i = 0; i < Large; i++) identity[(i * Large) + i] = 1;

        using var weight = engine.PackLinear(Host(bits, type, 2 * Large, Large), null);
        var actual = engine.Values(engine.Linear(engine.Upload(identity, Large, Large), weight));

        for (var output = 0; output < 2 * Large; output++)
        {
            for (var input = 0; input < Large; input++)
                Assert.Equal(Widen(bits[(output * Large) + input], type), actual[(input * 2 * Large) + output]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Products_OfAnyKind_HaveTheBitsOfFp32Weights(CpuInstructionSet set, ElementType type)
    {
        using var engine = Engine(set);
        foreach (var (rows, inputs, outputs) in new[] { (1, 600, 450), (61, 520, 512), (400, 1030, 258) })
        {
            using var scope = engine.BeginScope();
            var bits = Narrow(Numbers.Random(rows, inputs * outputs), type);
            var bias = Numbers.Host(Numbers.Random(2, outputs), outputs);
            var x = engine.Upload(Numbers.Random(3, rows * inputs), rows, inputs);
            using LinearWeight narrow = engine.PackLinear(Host(bits, type, outputs, inputs), bias), wide = engine.PackLinear(Widen(bits, type, outputs, inputs), bias);
            Assert.Equal(engine.Values(engine.Linear(x, wide, Activation.Silu)), engine.Values(engine.Linear(x, narrow, Activation.Silu)));
            Assert.Equal(engine.Values(engine.LinearGeglu(x, wide)), engine.Values(engine.LinearGeglu(x, narrow)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Conv2d_WithAStride_HasTheBitsOfFp32Weights(CpuInstructionSet set, ElementType type)
    {
        using var engine = Engine(set);
        using var scope = engine.BeginScope();
        const int Inputs = 200, Outputs = 170;
        var bits = Narrow(Numbers.Random(4, Inputs * Outputs * 9), type);
        var x = engine.Upload(Numbers.Random(5, 9 * 7 * Inputs), 1, 9, 7, Inputs);
        using ConvWeight narrow = engine.PackConv(Host(bits, type, Outputs, Inputs, 3, 3), null, 2, Padding2d.Symmetric(1));
        using ConvWeight wide = engine.PackConv(Widen(bits, type, Outputs, Inputs, 3, 3), null, 2, Padding2d.Symmetric(1));
        Assert.Equal(engine.Values(engine.Conv2d(x, wide)), engine.Values(engine.Conv2d(x, narrow)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Linear_AnInfiniteWeight_GivesWhatArithmeticSays(CpuInstructionSet set, ElementType type)
    {
        using var engine = Engine(set);
        using var scope = engine.BeginScope();
        var bits = new ushort[Large * 2 * Large];
        bits[Large] = Narrow([float.NegativeInfinity], type)[0];
        using var weight = engine.PackLinear(Host(bits, type, 2 * Large, Large), null);
        var y = engine.Values(engine.Linear(engine.Upload([.. Enumerable.Repeat(1f, Large)], 1, Large), weight));
        Assert.Equal([0, float.NegativeInfinity, 0], y[..3]);
    }

    private static CpuEngine Engine(CpuInstructionSet set) => new(new CpuEngineOptions { InstructionSet = set, Threads = 2 });

    private static ushort[] Narrow(float[] values, ElementType type) => Array.ConvertAll(
        values, value => type == ElementType.Float16 ? BitConverter.HalfToUInt16Bits((Half)value) : (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));

    private static float Widen(ushort bits, ElementType type) =>
        type == ElementType.Float16 ? (float)BitConverter.UInt16BitsToHalf(bits) : BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static HostTensor Widen(ushort[] bits, ElementType type, params int[] shape) => Numbers.Host(Array.ConvertAll(bits, b => Widen(b, type)), shape);

    private static HostTensor Host(ushort[] bits, ElementType type, params int[] shape) => new(type, shape, MemoryMarshal.AsBytes<ushort>(bits).ToArray());
}
