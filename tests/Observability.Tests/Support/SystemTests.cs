namespace VideoGrain.Observability.Tests.Support;

/// <summary>Tests that share one running system.</summary>
[CollectionDefinition(Name)]
public sealed class SystemTests : ICollectionFixture<ObservedSystem>
{
    /// <summary>Name of the collection.</summary>
    public const string Name = "system";
}
