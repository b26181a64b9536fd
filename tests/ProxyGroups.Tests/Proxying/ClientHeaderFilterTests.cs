using ProxyGroups.Proxying;

namespace ProxyGroups.Tests.Proxying;

public sealed class ClientHeaderFilterTests
{
    [Theory]
    [InlineData("SCRIPT_NAME")]
    [InlineData("x_forwarded_for")]
    [InlineData("X-Forwarded_Proto")]
    [InlineData("proxy")]
    [InlineData("X-Forwarded-Port")]
    [InlineData("x-forwarded-ssl")]
    [InlineData("X-Forwarded-Scheme")]
    [InlineData("X-Forwarded-Server")]
    [InlineData("X-Forwarded-Protocol")]
    [InlineData("forwarded")]
    [InlineData("X-Real-Ip")]
    [InlineData("X-Client-IP")]
    [InlineData("X-Original-Url")]
    [InlineData("X-Rewrite-URL")]
    public void What_an_app_would_take_for_ours_is_dropped(string name) => Assert.True(ClientHeaderFilter.IsUnwanted(name));

    [Theory]
    [InlineData("Script-Name")]
    [InlineData("X-Forwarded-User")]
    [InlineData("X-Proxy")]
    [InlineData("Cookie")]
    [InlineData("X-B3-TraceId")]
    public void The_rest_passes(string name) => Assert.False(ClientHeaderFilter.IsUnwanted(name));
}
