using System.Text.Json.Nodes;

namespace VideoGrain.Kubernetes.Tests.Support;

/// <summary>The flows that the network policies of an overlay allow, from either side.</summary>
internal static class Flows
{
    private const int Dns = 53;

    /// <summary>What senders may send.</summary>
    public static HashSet<Flow> Egress(Overlay overlay) =>
        [.. Rules(overlay, "egress", "to").Where(rule => rule.Port != Dns).Select(rule => new Flow(rule.Subject, rule.Peer, rule.Port))];

    /// <summary>What receivers may receive.</summary>
    public static HashSet<Flow> Ingress(Overlay overlay) => [.. Rules(overlay, "ingress", "from").Select(rule => new Flow(rule.Peer, rule.Subject, rule.Port))];

    /// <summary>The workloads that may look names up.</summary>
    public static HashSet<string> Resolvers(Overlay overlay) => [.. Rules(overlay, "egress", "to").Where(rule => rule.Port == Dns).Select(rule => rule.Subject)];

    private static IEnumerable<(string Subject, string Peer, int Port)> Rules(Overlay overlay, string direction, string side) =>
        from policy in overlay.Of("NetworkPolicy")
        from subject in overlay.Workloads
        where policy.At("spec.podSelector").Selects(subject.Labels)
        from rule in policy.List($"spec.{direction}")
        from peer in Peers(overlay, rule, side)
        from port in Ports(policy, rule)
        select (subject.Name, peer, port);

    private static IEnumerable<string> Peers(Overlay overlay, JsonObject rule, string side)
    {
        var peers = rule.List(side).ToList();
        if (peers.Count == 0)
            throw new InvalidOperationException($"a rule without '{side}' opens everything: {rule}");

        foreach (var peer in peers)
        {
            if (peer["namespaceSelector"] is { } space)
            {
                yield return "namespace/" + string.Join(",", space.Map("matchLabels").Select(label => label.Key == "kubernetes.io/metadata.name" ? label.Value : label.Key));
            }
            else if (peer["ipBlock"] is { } block)
            {
                yield return "address/" + block.Text("cidr");
            }
            else
            {
                foreach (var workload in overlay.Workloads.Where(workload => peer.At("podSelector").Selects(workload.Labels)))
                    yield return workload.Name;
            }
        }
    }

    private static IEnumerable<int> Ports(JsonObject policy, JsonObject rule)
    {
        var ports = rule.List("ports").Select(port => port.Number("port")).Distinct().ToList();
        return ports.Count > 0 ? ports : throw new InvalidOperationException($"{policy.Name()} opens every port");
    }
}
