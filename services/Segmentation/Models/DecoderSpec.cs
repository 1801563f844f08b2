namespace VideoGrain.Segmentation.Models;

/// <summary>What a decoder is for and what it needs of a model.</summary>
/// <param name="Name">Name in profiles.</param>
/// <param name="Task">What its models are for.</param>
/// <param name="Networks">Networks by name.</param>
/// <param name="WarmUp">Runs every network once on an empty picture, so that the first request finds it warm and shapes are checked.</param>
internal sealed record DecoderSpec(
    string Name, ModelTask Task, IReadOnlyDictionary<string, NetworkRoles> Networks, Action<OnnxModel, CancellationToken> WarmUp)
{
    /// <summary>A network's part of a profile, if it names all that is needed.</summary>
    /// <exception cref="ModelProfileException">Something is missing; it is named.</exception>
    public NetworkProfile Check(ModelProfile profile, string network)
    {
        var roles = Networks[network];
        var key = network == ModelProfile.OnlyNetwork ? "" : $"networks.{network}.";
        ModelProfileException Needs(string what) => new($"model '{profile.Name}': {Name} needs {key}{what}.");

        if (profile.Task != Task)
            throw new ModelProfileException($"model '{profile.Name}': {Name} is for task {Task.ToString().ToLowerInvariant()}.");
        if (!profile.Networks.TryGetValue(network, out var found))
            throw new ModelProfileException($"model '{profile.Name}': {Name} needs networks.{network}.");
        if (found.Input == null == roles.TakesPicture)
            throw roles.TakesPicture ? Needs("input") : new ModelProfileException($"model '{profile.Name}': {key}input: this network takes no picture.");
        if (found.Input?.Fit == InputFits.Windows && !roles.TakesWindows)
            throw new ModelProfileException($"model '{profile.Name}': {key}input.fit: {Name} cannot put windows together; {InputFits.Stretch} or {InputFits.Letterbox}.");
        if (roles.TakesNext && found.Input!.Next.Length == 0)
            throw Needs("input.next");
        if (roles.Inputs.FirstOrDefault(role => !found.Inputs.ContainsKey(role)) is { } input)
            throw Needs($"inputs.{input}");
        if (roles.Outputs.FirstOrDefault(role => !found.Outputs.ContainsKey(role)) is { } output)
            throw Needs($"outputs.{output}");
        return found;
    }

    /// <summary>A decoder of models with one file.</summary>
    public static DecoderSpec Of(string name, ModelTask task, NetworkRoles roles, Action<OnnxModel, CancellationToken> warmUp)
        => new(name, task, new Dictionary<string, NetworkRoles> { [ModelProfile.OnlyNetwork] = roles }, warmUp);
}
