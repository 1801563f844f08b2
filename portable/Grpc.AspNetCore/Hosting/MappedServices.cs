namespace Grpc.AspNetCore.Server.Hosting;

/// <summary>Remembers that the catch-all for unknown services is mapped, so that it is mapped once.</summary>
internal sealed class MappedServices
{
    public bool UnknownServicesMapped { get; set; }
}
