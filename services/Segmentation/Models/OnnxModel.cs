namespace VideoGrain.Segmentation.Models;

/// <summary>
/// A loaded model: its networks, shared by all calls. It is disposed of when the last user has let it go and the registry has
/// replaced it.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly Dictionary<string, OnnxNetwork> _networks = new(StringComparer.Ordinal);
    private int _users = 1;

    /// <summary>Loads a model's networks and checks them against its profile.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="decoder">What the decoder needs.</param>
    /// <param name="folder">Folder of the profile.</param>
    /// <param name="options">Threads, bounds and execution provider.</param>
    /// <exception cref="ModelProfileException">A file is missing or damaged, or does not fit the profile; the tensor is named.</exception>
    public OnnxModel(ModelProfile profile, DecoderSpec decoder, string folder, SegmentationOptions options)
    {
        Profile = profile;
        try
        {
            foreach (var (name, roles) in decoder.Networks)
                _networks.Add(name, new OnnxNetwork(profile, decoder.Check(profile, name), roles, folder, options));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How the model is described.</summary>
    public ModelProfile Profile { get; }

    /// <summary>The network of a model with one file.</summary>
    public OnnxNetwork Only => _networks[ModelProfile.OnlyNetwork];

    /// <summary>A network by its name.</summary>
    public OnnxNetwork this[string name] => _networks[name];

    /// <summary>Keeps the model for a user; false when it is gone already.</summary>
    public bool TryAcquire()
    {
        for (var users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }

        return false;
    }

    /// <summary>Lets the model go.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) != 0)
            return;
        foreach (var network in _networks.Values)
            network.Dispose();
    }
}
