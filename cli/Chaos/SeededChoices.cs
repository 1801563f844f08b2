using VideoGrain.Editing.Random;

namespace VideoGrain.Cli.Chaos;

/// <summary>Choices that are a pure function of a seed, a stream and how many were made before; equal seeds give equal runs.</summary>
/// <param name="seed">Seed of the run.</param>
/// <param name="stream">Tells independent sequences of choices of one run apart.</param>
internal sealed class SeededChoices(ulong seed, uint stream)
{
    private readonly CounterRandom _numbers = new(seed, NoisePurpose.FaultInjection, stream);
    private ulong _next;

    /// <summary>A whole number from 0 to <paramref name="count"/> - 1.</summary>
    public int Below(int count) => (int)(_numbers.Uniform(_next++) * count);

    /// <summary>A time between two times.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * _numbers.Uniform(_next++));

    /// <summary>One of several.</summary>
    public T Of<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>All of several, in a random order.</summary>
    public List<T> Shuffled<T>(IEnumerable<T> all)
    {
        List<T> order = [.. all];
        for (int last = order.Count - 1; last > 0; last--)
        {
            int other = Below(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order;
    }
}
