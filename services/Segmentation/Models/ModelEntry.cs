namespace VideoGrain.Segmentation.Models;

/// <summary>A model folder as the registry knows it. Guarded by the registry's lock.</summary>
internal sealed class ModelEntry(string folder)
{
    public string Folder { get; } = folder;

    /// <summary>What the folder looked like when its profile was read.</summary>
    public string Stamp { get; private set; } = "";

    /// <summary>The last profile that could be read; null when none could.</summary>
    public ModelProfile? Latest { get; set; }

    /// <summary>Why the folder cannot be used as it is now.</summary>
    public Exception? Problem { get; set; }

    /// <summary>Whether <see cref="Problem"/> may pass while the files stay as they are.</summary>
    public bool MayPass { get; set; }

    /// <summary>The loaded model, perhaps of an earlier state of the folder.</summary>
    public OnnxModel? Serving { get; private set; }

    /// <summary>State of the folder that <see cref="Serving"/> was loaded from.</summary>
    public string ServingStamp { get; private set; } = "";

    /// <summary>Digest of <see cref="Serving"/>; empty while it is not known.</summary>
    public string ServingDigest { get; private set; } = "";

    /// <summary>Digest of the folder's present state; empty while it is not known.</summary>
    public string LatestDigest { get; private set; } = "";

    /// <summary>The measuring of the digest, under way or done.</summary>
    public Task Measuring { get; set; } = Task.CompletedTask;

    /// <summary>
    /// Digest of what calls get. Between two states, while the one before still serves some calls, there is none.
    /// </summary>
    public string Digest => Serving == null ? LatestDigest
        : ServingStamp == Stamp || (Problem != null && !MayPass) ? ServingDigest : "";

    /// <summary>The load under way.</summary>
    public Task? Loading { get; set; }

    /// <summary>When it was last used, counted in uses of the registry.</summary>
    public long LastUse { get; set; }

    /// <summary>Whether the folder is gone.</summary>
    public bool IsGone { get; set; }

    /// <summary>The profile that calls get: the latest, unless it has a problem and an earlier one goes on serving.</summary>
    public ModelProfile? Profile => Problem != null && Serving != null ? Serving.Profile : Latest;

    /// <summary>Whether the folder's present state is not loaded and may be tried.</summary>
    public bool NeedsLoad => Latest != null && (Problem == null || MayPass) && (Serving == null || ServingStamp != Stamp);

    /// <summary>The folder looks different now.</summary>
    public void Change(string stamp) => (Stamp, LatestDigest, Problem, MayPass) = (stamp, "", null, false);

    /// <summary>A state's digest is known.</summary>
    public void Know(string stamp, string digest)
    {
        if (stamp == Stamp)
            LatestDigest = digest;
        if (Serving != null && stamp == ServingStamp)
            ServingDigest = digest;
    }

    /// <summary>Lets another model serve.</summary>
    /// <param name="model">The model.</param>
    /// <param name="stamp">State of the folder that it was loaded from.</param>
    public void Serve(OnnxModel model, string stamp)
    {
        Serving?.Dispose();
        (Serving, ServingStamp, ServingDigest) = (model, stamp, stamp == Stamp ? LatestDigest : "");
        if (stamp == Stamp)
            (Problem, MayPass) = (null, false);
    }

    /// <summary>Lets the loaded model go; calls that use it keep it until they end.</summary>
    public void Unload()
    {
        Serving?.Dispose();
        Serving = null;
    }
}
