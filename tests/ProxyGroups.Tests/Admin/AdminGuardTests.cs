using Microsoft.AspNetCore.Http;
using ProxyGroups.Admin.Api;

namespace ProxyGroups.Tests.Admin;

/// <summary>What a page of somebody else's can make a browser send is refused; what programs and a page of ours send passes.</summary>
public sealed class AdminGuardTests
{
    [Theory]
    [InlineData("localhost", null, null, null)]
    [InlineData("localhost:9000", "http://localhost:9000", "same-origin", null)]
    [InlineData("127.0.0.1:9000", null, "none", null)]
    [InlineData("[::1]:9000", "http://[::1]:9000", null, null)]
    [InlineData("", null, null, 421)]
    [InlineData("evil.example", null, null, 421)]
    [InlineData("localhost.evil.example", null, null, 421)]
    [InlineData("localhost:9000", "http://evil.example", null, 403)]
    [InlineData("localhost:9000", "http://localhost:9001", null, 403)]
    [InlineData("localhost:9000", "https://localhost:9000", null, 403)]
    [InlineData("localhost", "null", null, 403)]
    [InlineData("localhost", "", null, 403)]
    [InlineData("localhost", null, "cross-site", 403)]
    [InlineData("localhost", null, "same-site", 403)]
    [InlineData("localhost", null, "", 403)]
    public void Host_and_origin_decide(string host, string? origin, string? site, int? status)
    {
        var context = new DefaultHttpContext { Request = { Scheme = "http" } };
        context.Request.Host = new HostString(host);
        if (origin is not null)
        {
            context.Request.Headers.Origin = origin;
        }

        if (site is not null)
        {
            context.Request.Headers["Sec-Fetch-Site"] = site;
        }

        Assert.Equal(status, AdminGuard.Check(context, new SocketEntrance())?.Status);
    }
}
