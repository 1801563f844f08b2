using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Interception;

/// <summary>Gives an interceptor of a call: the application's where it registered one and no arguments were given, else a new one.</summary>
internal sealed class InterceptorActivator
{
    private readonly InterceptorRegistration _registration;
    private readonly Lazy<ObjectFactory> _factory;

    public InterceptorActivator(InterceptorRegistration registration)
    {
        _registration = registration;
        _factory = new Lazy<ObjectFactory>(() => ActivatorUtilities.CreateFactory(
            registration.Type, [.. registration.ArgumentArray.Select(argument => argument.GetType())]));
    }

    public Activated<Interceptor> Create(IServiceProvider services) =>
        _registration.ArgumentArray.Length == 0 && services.GetService(_registration.Type) is Interceptor registered
            ? new Activated<Interceptor>(registered, owned: false)
            : new Activated<Interceptor>((Interceptor)_factory.Value(services, _registration.ArgumentArray), owned: true);
}
