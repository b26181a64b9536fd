using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ProxyGroups.Proxying.Transport;

/// <summary>One header line of a response.</summary>
internal readonly record struct ResponseField(ResponseHeaderName Name, string Value)
{
    public void AddTo(HttpResponseMessage response)
    {
        HttpHeaders headers = Name.Role == HeaderRole.Content ? response.Content.Headers : response.Headers;
        headers.TryAddWithoutValidation(Name.Text, Value);
    }

    public void AddTo(IHeaderDictionary headers)
    {
        if (HopByHop.Contains(Name.Text))
        {
            return;
        }

        var present = headers[Name.Text];
        // The front door's own policy counts more than its app's.
        if (present.Count == 0 || !Name.Text.Equals("Strict-Transport-Security", StringComparison.OrdinalIgnoreCase))
        {
            headers[Name.Text] = present.Count == 0 ? Value : StringValues.Concat(present, Value);
        }
    }
}
