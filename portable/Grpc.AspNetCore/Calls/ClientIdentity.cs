using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>Reads the identity of a client from its certificate.</summary>
internal static class ClientIdentity
{
    private const string AlternativeNameProperty = "x509_subject_alternative_name";
    private const string CommonNameProperty = "x509_common_name";

    public static AuthContext Of(X509Certificate2? certificate)
    {
        var properties = new Dictionary<string, List<AuthProperty>>(StringComparer.Ordinal);
        if (certificate is null)
            return new AuthContext(null, properties);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(list => list.EnumerateDnsNames());
        Add(properties, AlternativeNameProperty, names);
        Add(properties, CommonNameProperty, [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)]);
        return new AuthContext(properties.ContainsKey(AlternativeNameProperty) ? AlternativeNameProperty : CommonNameProperty, properties);
    }

    private static void Add(Dictionary<string, List<AuthProperty>> properties, string name, IEnumerable<string> values)
    {
        var list = values.Select(value => AuthProperty.Create(name, Encoding.UTF8.GetBytes(value))).ToList();
        if (list.Count > 0)
            properties[name] = list;
    }
}
