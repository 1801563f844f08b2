using System.Diagnostics.CodeAnalysis;
using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server;

/// <summary>An interceptor type to be created for each call.</summary>
public class InterceptorRegistration
{
    internal const DynamicallyAccessedMemberTypes NeededMembers =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods;

    private readonly object[] _arguments;

    internal InterceptorRegistration([DynamicallyAccessedMembers(NeededMembers)] Type type, object[] arguments)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(arguments);
        if (!type.IsSubclassOf(typeof(Interceptor)))
            throw new ArgumentException($"{type} is no {nameof(Interceptor)}.", nameof(type));
        Type = type;
        _arguments = [.. arguments];
    }

    /// <summary>The interceptor type.</summary>
    [DynamicallyAccessedMembers(NeededMembers)]
    public Type Type { get; }

    /// <summary>Constructor arguments that do not come from the services.</summary>
    public IReadOnlyList<object> Arguments => _arguments;

    internal object[] ArgumentArray => _arguments;
}
