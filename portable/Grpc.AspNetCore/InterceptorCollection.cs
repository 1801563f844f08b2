using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server;

/// <summary>The interceptors of a server or service, outermost first.</summary>
public class InterceptorCollection : Collection<InterceptorRegistration>
{
    /// <summary>Adds an interceptor.</summary>
    /// <typeparam name="TInterceptor">Its type.</typeparam>
    /// <param name="args">Constructor arguments that do not come from the services.</param>
    public void Add<[DynamicallyAccessedMembers(InterceptorRegistration.NeededMembers)] TInterceptor>(params object[] args)
        where TInterceptor : Interceptor =>
        Add(typeof(TInterceptor), args);

    /// <summary>Adds an interceptor.</summary>
    /// <param name="interceptorType">Its type.</param>
    /// <param name="args">Constructor arguments that do not come from the services.</param>
    public void Add([DynamicallyAccessedMembers(InterceptorRegistration.NeededMembers)] Type interceptorType, params object[] args) =>
        Add(new InterceptorRegistration(interceptorType, args));
}
