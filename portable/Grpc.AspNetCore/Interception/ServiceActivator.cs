using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Interception;

/// <summary>Gives the service of a call: the application's where it registered one, else a new one.</summary>
internal sealed class ServiceActivator<TService>
    where TService : class
{
    private readonly Lazy<ObjectFactory<TService>> _factory = new(() => ActivatorUtilities.CreateFactory<TService>([]));

    public Activated<TService> Create(IServiceProvider services) =>
        services.GetService<TService>() is { } registered
            ? new Activated<TService>(registered, owned: false)
            : new Activated<TService>(_factory.Value(services, null), owned: true);
}
