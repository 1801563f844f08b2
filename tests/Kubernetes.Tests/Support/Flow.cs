namespace VideoGrain.Kubernetes.Tests.Support;

/// <summary>Who may talk to whom.</summary>
/// <param name="From">A workload's name, or "namespace/..." for one outside.</param>
/// <param name="To">The same for the receiver.</param>
/// <param name="Port">The receiver's port.</param>
internal readonly record struct Flow(string From, string To, int Port);
