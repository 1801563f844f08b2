namespace VideoGrain.Tensors.Tests.Conformance;

/// <summary>Scopes, views and memory accounting of every engine.</summary>
public sealed class LifetimeTests
{
    private const long Bytes = 6 * sizeof(float);

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Scope_Ended_FreesWhatItHolds(string name)
    {
        using var engine = Engines.Create(name);
        Tensor inner;
        using (engine.BeginScope())
        {
            engine.Upload(new float[6], 2, 3);
            using (engine.BeginScope())
            {
                inner = engine.Upload(new float[6], 6);
                Assert.Equal(2 * Bytes, engine.BytesInUse);
            }

            Assert.Equal(Bytes, engine.BytesInUse);
            Assert.Throws<ObjectDisposedException>(() => engine.AllFinite(inner));
        }

        Assert.Equal(0, engine.BytesInUse);
        Assert.Equal(2 * Bytes, engine.PeakBytesInUse);
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Keep_NestedScopes_HandsATensorOutwards(string name)
    {
        using var engine = Engines.Create(name);
        float[] values = [1, 2, 3, 4, 5, 6];
        Tensor kept;
        using (var outer = engine.BeginScope())
        {
            using (var inner = engine.BeginScope())
            {
                // A view stands for the memory it shares.
                kept = inner.Keep(engine.Upload(values, 6).Reshape(2, 3));
            }

            Assert.Equal(values, engine.Values(kept));
            outer.Keep(kept);
        }

        Assert.Equal(values, engine.Values(kept));
        kept.Dispose();
        Assert.Equal(0, engine.BytesInUse);
        Assert.Throws<ObjectDisposedException>(() => engine.Values(kept));
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Keep_TensorOfAnotherScope_IsRefused(string name)
    {
        using var engine = Engines.Create(name);
        using var outer = engine.BeginScope();
        var tensor = engine.Upload(new float[6], 6);
        using var inner = engine.BeginScope();
        Assert.Throws<ArgumentException>(() => inner.Keep(tensor));
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Scope_OuterEndedFirst_EndsTheInnerToo(string name)
    {
        using var engine = Engines.Create(name);
        var outer = engine.BeginScope();
        var inner = engine.BeginScope();
        engine.Upload(new float[6], 6);
        outer.Dispose();
        Assert.Equal(0, engine.BytesInUse);
        inner.Dispose();
        using var free = engine.Upload(new float[6], 6);
        Assert.True(engine.AllFinite(free));
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Views_OfATensor_ShareElementsAndLifetime(string name)
    {
        using var engine = Engines.Create(name);
        using var scope = engine.BeginScope();
        var tensor = engine.Upload([1, 2, 3, 4, 5, 6], 3, 2);
        var slice = tensor.Slice(1, 2);
        Assert.Equal([3f, 4, 5, 6], engine.Values(slice));
        Assert.Equal([5f, 6], engine.Values(slice.Slice(1, 1)));
        Assert.Equal([0, 2], tensor.Slice(3, 0).Shape.ToArray());
        Assert.Equal([6], tensor.Reshape(6).Shape.ToArray());
        Assert.Equal(Bytes, engine.BytesInUse);
        slice.Dispose();
        tensor.Dispose();
        Assert.Equal(0, engine.BytesInUse);
        Assert.Throws<ObjectDisposedException>(() => engine.Values(tensor));
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Views_OutOfRange_AreRefused(string name)
    {
        using var engine = Engines.Create(name);
        using var scope = engine.BeginScope();
        var tensor = engine.Upload(new float[6], 3, 2);
        Assert.Throws<ArgumentException>(() => tensor.Reshape(4, 2));
        Assert.Throws<ArgumentException>(() => tensor.Reshape(-3, -2));
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Slice(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Slice(2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Slice(1, int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Slice(0, -1));
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Operation_TensorOfAnotherEngine_IsRefused(string name)
    {
        using IEngine engine = Engines.Create(name), other = Engines.Create(name);
        using var foreign = other.Upload(new float[6], 6);
        Assert.Equal("x", Assert.Throws<ArgumentException>(() => engine.Activate(foreign, Activation.Silu)).ParamName);
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Weights_PackedByOneEngine_ServeAnotherOfItsKind(string name)
    {
        using IEngine maker = Engines.Create(name), user = Engines.Create(name);
        using var weight = maker.PackLinear(Numbers.Host([1, 2, 3, 4], 2, 2), null);
        using var scope = user.BeginScope();
        Assert.Equal([5f, 11], user.Values(user.Linear(user.Upload([1, 2], 1, 2), weight)));
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Weights_Disposed_AreRefused(string name)
    {
        using var engine = Engines.Create(name);
        using var scope = engine.BeginScope();
        var weight = engine.PackLinear(Numbers.Host([1, 2, 3, 4], 2, 2), null);
        var x = engine.Upload([1, 2], 1, 2);
        weight.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.Linear(x, weight));
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Engine_Disposed_RefusesWork(string name)
    {
        var engine = Engines.Create(name);
        var scope = engine.BeginScope();
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.Upload([1], 1));
        Assert.Throws<ObjectDisposedException>(engine.BeginScope);
        scope.Dispose();
        engine.Dispose();
    }
}
