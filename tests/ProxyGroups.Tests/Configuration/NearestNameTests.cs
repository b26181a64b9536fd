using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Configuration;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("Thread", "Threads")]
    [InlineData("Treads", "Threads")]
    [InlineData("Trheads", "Threads")]
    [InlineData("PROCESES", "Processes")]
    [InlineData("Workers", null)]
    [InlineData("x", null)]
    public void The_nearest_name_is_found_if_it_is_a_slip(string name, string? nearest) =>
        Assert.Equal(nearest, NearestName.Find(name, ["Threads", "Processes"]));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("ab", "", 2)]
    [InlineData("ab", "ba", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Edits_are_counted(string from, string to, int edits) => Assert.Equal(edits, NearestName.Edits(from, to));
}
