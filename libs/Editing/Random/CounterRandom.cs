namespace VideoGrain.Editing.Random;

/// <summary>
/// Counter-based random numbers (Philox 4x32 with 10 rounds, Salmon et al. 2011): number i of a stream is a pure function of (seed,
/// purpose, step, i), so a run that resumes at a step draws what an uninterrupted one draws.
/// </summary>
public readonly struct CounterRandom
{
    private const uint MultiplierA = 0xD2511F53;
    private const uint MultiplierB = 0xCD9E8D57;
    private const uint WeylA = 0x9E3779B9;
    private const uint WeylB = 0xBB67AE85;
    private const int Rounds = 10;
    private const int WordsPerBlock = 4;
    private const double TwoToMinus32 = 1.0 / 4294967296.0;

    private readonly ulong _seed;
    private readonly uint _purpose;
    private readonly uint _step;

    /// <summary>The stream for one purpose at one step.</summary>
    /// <param name="seed">Seed of the job.</param>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="step">Step index, or any other index that tells streams of one purpose apart.</param>
    public CounterRandom(ulong seed, NoisePurpose purpose, uint step) => (_seed, _purpose, _step) = (seed, (uint)purpose, step);

    /// <summary>32 random bits at a position of the stream.</summary>
    public uint Bits(ulong position)
    {
        Span<uint> block = stackalloc uint[WordsPerBlock];
        Block(position / WordsPerBlock, block);
        return block[(int)(position % WordsPerBlock)];
    }

    /// <summary>A uniform number in [0, 1) at a position of the stream.</summary>
    public double Uniform(ulong position) => Bits(position) * TwoToMinus32;

    /// <summary>Fills a span with standard normal numbers, starting at an even <paramref name="offset"/> of the stream (Box-Muller).</summary>
    /// <exception cref="ArgumentException"><paramref name="offset"/> is odd.</exception>
    public void Normal(Span<float> destination, ulong offset = 0)
    {
        if (offset % 2 != 0) throw new ArgumentException("normal numbers come in pairs; the offset must be even", nameof(offset));
        Span<uint> block = stackalloc uint[WordsPerBlock];
        var loaded = ulong.MaxValue;
        for (var i = 0; i < destination.Length; i += 2)
        {
            var position = offset + (ulong)i;
            if (position / WordsPerBlock != loaded)
            {
                loaded = position / WordsPerBlock;
                Block(loaded, block);
            }

            var word = (int)(position % WordsPerBlock);
            // Half a unit keeps the logarithm's argument above zero.
            var radius = Math.Sqrt(-2 * Math.Log((block[word] + 0.5) * TwoToMinus32));
            var (sine, cosine) = Math.SinCos(2 * Math.PI * block[word + 1] * TwoToMinus32);
            destination[i] = (float)(radius * cosine);
            if (i + 1 < destination.Length) destination[i + 1] = (float)(radius * sine);
        }
    }

    private void Block(ulong index, Span<uint> output)
    {
        uint a = (uint)index, b = (uint)(index >> 32), c = _step, d = _purpose;
        uint keyA = (uint)_seed, keyB = (uint)(_seed >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var productA = (ulong)MultiplierA * a;
            var productB = (ulong)MultiplierB * c;
            (a, b, c, d) = ((uint)(productB >> 32) ^ b ^ keyA, (uint)productB, (uint)(productA >> 32) ^ d ^ keyB, (uint)productA);
            keyA = unchecked(keyA + WeylA);
            keyB = unchecked(keyB + WeylB);
        }

        (output[0], output[1], output[2], output[3]) = (a, b, c, d);
    }
}
