using FsCheck;
using FsCheck.Fluent;

namespace VideoGrain.Tensors.Tests;

/// <summary>Properties over random sizes, smallest values included often, because that is where kernels have their tails.</summary>
internal static class Sizes
{
    /// <summary>Checks a property for random sizes, each from 1 to its limit.</summary>
    public static void Check(int[] limits, Action<int[]> property)
    {
        var sizes = Gen.CollectToArray(limits, limit => Gen.Frequency((3, Gen.Choose(1, limit)), (1, Gen.Constant(1)), (1, Gen.Constant(limit))));
        Prop.ForAll(sizes.ToArbitrary(), values =>
        {
            property(values);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }
}
