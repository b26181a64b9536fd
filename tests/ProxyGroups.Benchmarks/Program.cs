using BenchmarkDotNet.Running;
using ProxyGroups.Benchmarks;
using ProxyGroups.Benchmarks.Comparisons;
using ProxyGroups.Benchmarks.Rivals;

// dotnet run -c Release --project tests/ProxyGroups.Benchmarks -- <experiment> [--long] [--plot FILE] [--only CASE] | list | rivals [options] | micro [BenchmarkDotNet's options]
switch (args)
{
    case [] or ["list"]:
        Catalogue.List(Console.Out);
        return 0;
    case ["micro", .. var options]:
        BenchmarkSwitcher.FromAssembly(typeof(Catalogue).Assembly).Run(options);
        return 0;
    case ["scheduler"]:
        BenchmarkSwitcher.FromAssembly(typeof(Catalogue).Assembly).Run(["--filter", "*Scheduling*"]);
        return 0;
    case [StaticUpstream.Verb, var socket]:
        await StaticUpstream.RunAsync(socket);
        return 0;
    case [DropInServer.Verb, var settings]:
        await DropInServer.RunAsync(settings);
        return 0;
    case [BareYarp.Verb, var kind, .. var sockets]:
        await BareYarp.RunAsync(kind, sockets);
        return 0;
    case ["rivals", .. var options]:
        return await RivalsCommand.RunAsync(options);
    default:
        return await Catalogue.RunAsync(args[0], isLong: args.Contains("--long"), plot: ValueOf("--plot"), only: ValueOf("--only"));
}

string? ValueOf(string option) => args.SkipWhile(word => word != option).ElementAtOrDefault(1);
