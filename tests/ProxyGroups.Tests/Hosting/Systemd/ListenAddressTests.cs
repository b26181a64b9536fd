using System.Net;
using System.Net.Sockets;
using ProxyGroups.Hosting.Systemd;

namespace ProxyGroups.Tests.Hosting.Systemd;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("http://192.0.2.7:80", "192.0.2.7:80")]
    [InlineData("https://[2001:db8::1]:443", "[2001:db8::1]:443")]
    [InlineData("http://[::]:80", "127.0.0.1:80")]
    [InlineData("http://0.0.0.0:80", "127.0.0.1:80")]
    [InlineData("https://*:443", "127.0.0.1:443")]
    [InlineData("http://localhost:5000", "127.0.0.1:5000")]
    [InlineData("http://unix:/run/web.sock", "/run/web.sock")]
    public void An_address_to_listen_on_is_reached_on_this_machine(string url, string expected) =>
        Assert.Equal(expected, ListenAddress.ToConnectTo(url)?.ToString());

    [Theory]
    [InlineData("0.0.0.0", "http://0.0.0.0:80")]
    [InlineData("::", "http://[::]:80")]
    public void A_socket_is_written_as_the_settings_write_it(string address, string expected) =>
        Assert.Equal(expected, ListenAddress.UrlOf(new IPEndPoint(IPAddress.Parse(address), 80)));

    [Fact]
    public void A_Unix_socket_is_written_by_its_path_and_one_without_a_path_not_at_all()
    {
        Assert.Equal("http://unix:/run/web.sock", ListenAddress.UrlOf(new UnixDomainSocketEndPoint("/run/web.sock")));
        Assert.Null(ListenAddress.UrlOf(new UnixDomainSocketEndPoint("\0web")));
    }

    [Theory]
    [InlineData("127.0.0.1", 80, "127.0.0.1", 80, true)]
    [InlineData("127.0.0.1", 80, "127.0.0.1", 81, false)]
    [InlineData("127.0.0.1", 80, "127.0.0.2", 80, false)]
    [InlineData("127.0.0.1", 80, "0.0.0.0", 80, false)]
    [InlineData("::", 80, "0.0.0.0", 80, true)]
    [InlineData("::", 80, "::1", 80, false)]
    public void A_passed_socket_is_meant_by_its_own_address_and_everywhere_by_either_kind(string one, int port, string other, int otherPort, bool areSame) =>
        Assert.Equal(areSame, ListenAddress.AreSame(new IPEndPoint(IPAddress.Parse(one), port), new IPEndPoint(IPAddress.Parse(other), otherPort)));

    [Fact]
    public void Unix_sockets_are_the_same_by_path()
    {
        var web = new UnixDomainSocketEndPoint("/run/web.sock");
        Assert.True(ListenAddress.AreSame(web, new UnixDomainSocketEndPoint("/run/web.sock")));
        Assert.False(ListenAddress.AreSame(web, new UnixDomainSocketEndPoint("/run/other.sock")));
        Assert.False(ListenAddress.AreSame(web, new IPEndPoint(IPAddress.Any, 80)));
    }
}
