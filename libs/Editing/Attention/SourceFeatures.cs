using VideoGrain.Diffusion.UNet;
using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>Features of the source clip at one step, kept in host memory between the source's pass and the edit's.</summary>
public sealed class SourceFeatures
{
    private readonly Dictionary<string, float[]> _values = [];

    /// <summary>Keeps queries and keys of a self-attention.</summary>
    public void Capture(IEngine engine, in AttentionSite site, Tensor q, Tensor k)
    {
        Capture(engine, QueryKey(site), q);
        Capture(engine, KeyKey(site), k);
    }

    /// <summary>Keeps a resnet's hidden features.</summary>
    public void Capture(IEngine engine, in ResnetSite site, Tensor hidden) => Capture(engine, site.Name, hidden);

    /// <summary>The kept queries and keys; the edit's own fix the shape.</summary>
    public (Tensor Q, Tensor K) QueriesAndKeys(IEngine engine, in AttentionSite site, Tensor q, Tensor k) =>
        (Restore(engine, QueryKey(site), q), Restore(engine, KeyKey(site), k));

    /// <summary>The kept hidden features.</summary>
    public Tensor Hidden(IEngine engine, in ResnetSite site, Tensor hidden) => Restore(engine, site.Name, hidden);

    /// <summary>Names of what is kept: a layer's, with ".q" and ".k" for a self-attention.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>One kept array, as the network laid it out.</summary>
    public ReadOnlySpan<float> this[string name] => _values[name];

    private static string QueryKey(in AttentionSite site) => site.Name + ".q";

    private static string KeyKey(in AttentionSite site) => site.Name + ".k";

    private void Capture(IEngine engine, string key, Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        engine.Download(tensor, values);
        _values[key] = values;
    }

    // With one guidance branch the source's conditional half, the last, is taken.
    private Tensor Restore(IEngine engine, string key, Tensor like)
    {
        var values = _values[key];
        return engine.Upload(values.AsSpan(values.Length - (int)like.ElementCount), like.Shape);
    }
}
