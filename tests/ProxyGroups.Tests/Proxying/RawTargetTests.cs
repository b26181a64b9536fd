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
