using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyGroups.Proxying;

namespace ProxyGroups.Tests.Proxying;

public sealed class RawTargetTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a%2Fb//c/./d?x=%41", "/a%2Fb//c/./d")]
    [InlineData("/?", "/")]
    [InlineData("http://host/a%20b?c", "/a%20b")]
    [InlineData("http://host", "/")]
    [InlineData("http://host?x", "/")]
    [InlineData("http://host#/admin", null)]
    [InlineData("http://host/public#/admin", null)]
    [InlineData(@"http://host\public/../admin", null)]
    [InlineData("*", null)]
    [InlineData("host:443", null)]
    public void The_path_is_taken_as_written(string target, string? path) => Assert.Equal(path, RawTarget.PathOf(target));

    // The path as Kestrel decodes it, perhaps parted by UsePathBase.
    [Theory]
    [InlineData("/a/b?x", "", "/a/b", "/a/b")]
    [InlineData("/a/b", "/a", "/b", "/a/b")]
    [InlineData("/%61%2Fb/%C3%BC/%FF", "", "/a%2Fb/ü/%FF", "/%61%2Fb/%C3%BC/%FF")]
    [InlineData("/a/../b/%2e/c", "", "/b/c", "/a/../b/%2e/c")]
    [InlineData("/a/b/..", "", "/a/", "/a/b/..")]
    [InlineData("/%2561", "", "/%61", "/%2561")]
    [InlineData("http://host/a%20b", "", "/a b", "/a%20b")]
    [InlineData("/a/b", "", "/a/c", null)]
    [InlineData("/a/b", "", "/b", null)]
    [InlineData("/a%62", "", "/a%62", "/a%62")]
    [InlineData("*", "", "", null)]
    public void The_path_of_a_request_is_as_written_unless_a_middleware_has_rewritten_it(string target, string prefix, string path, string? expected)
    {
        var context = new DefaultHttpContext();
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        (context.Request.PathBase, context.Request.Path) = (new PathString(prefix), new PathString(path));
        Assert.Equal(expected, RawTarget.PathOf(context.Request));
    }

    [Theory]
    [InlineData("/blog/x", "/blog", "/x")]
    [InlineData("/%62log/x", "/blog", "/x")]
    [InlineData("/%62%6C%6f%67/x%2Fy", "/blog", "/x%2Fy")]
    [InlineData("/blog", "/blog", "/")]
    [InlineData("/blog/", "/blog", "/")]
    [InlineData("/blog//x", "/blog", "//x")]
    [InlineData("/blog/./x", "/blog", "/./x")]
    [InlineData("/blog/a/../x", "/blog", "/a/../x")]
    [InlineData("/blog/%FF", "/blog", "/%FF")]
    [InlineData("/blog//a/../../x%2Fy", "/blog", "//a/../../x%2Fy")]
    [InlineData("/caf%C3%A9/x", "/café", "/x")]
    [InlineData("/caf%c3%a9/x", "/café", "/x")]
    public void A_prefix_is_cut_and_the_rest_left_alone(string path, string prefix, string rest) =>
        Assert.Equal(rest, RawTarget.RemovePrefix(path, prefix));

    [Theory]
    [InlineData("/./blog/x", "/blog", "/x")]
    [InlineData("/blog/../blog/x%2Fy//z", "/blog", "/x%2Fy//z")]
    [InlineData("/blog/%2e%2E/%62log/.", "/blog", "/")]
    [InlineData("/other/%2e./blog/x/..", "/blog", "/")]
    [InlineData("/../blog/a%2e", "/blog", "/a%2e")]
    public void Dots_that_reach_into_the_prefix_are_resolved_first(string path, string prefix, string rest) =>
        Assert.Equal(rest, RawTarget.RemovePrefix(path, prefix));

    [Theory]
    [InlineData("/other/x", "/blog")]
    [InlineData("/blog/../x", "/blog")]
    [InlineData("/blog/%2e%2E/x", "/blog")]
    [InlineData("/blo", "/blog")]
    [InlineData("/blo%6", "/blog")]
    public void What_cannot_be_cut_is_said(string path, string prefix) => Assert.Null(RawTarget.RemovePrefix(path, prefix));
}
