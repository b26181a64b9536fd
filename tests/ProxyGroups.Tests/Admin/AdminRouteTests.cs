using ProxyGroups.Admin.Api;

namespace ProxyGroups.Tests.Admin;

public sealed class AdminRouteTests
{
    [Theory]
    [InlineData("/v1/status", "/v1/status", "")]
    [InlineData("/v1/groups/*/pause", "/v1/groups/shop/pause", "shop")]
    [InlineData("/v1/groups/*", "/v1/groups/shop", "shop")]
    [InlineData("/v1/groups/*", "/v1/groups/", null)]
    [InlineData("/v1/groups/*", "/v1/groups/shop/", null)]
    [InlineData("/v1/groups/*", "/v1/groups/shop/pause", null)]
    [InlineData("/v1/groups/*/pause", "/v1/groups//pause", null)]
    [InlineData("/v1/status", "/V1/status", null)]
    [InlineData("/v1/status", "/v1/status/", null)]
    [InlineData("/v1/status", "/", null)]
    [InlineData("/", "/", "")]
    [InlineData("/", "/v1", null)]
    public void A_path_matches_segment_by_segment(string route, string path, string? value) =>
        Assert.Equal(value, new AdminRoute("GET", route, static _ => Task.CompletedTask).Match(path));
}
