import json,os,resource,subprocess,sys,time,statistics
clone=sys.argv[1]; rounds=int(sys.argv[2]); ops=sys.argv[3].split(",")
env=json.load(open(clone+"/env.json")); raw=clone+"/.scorestack/raw"
base={k:v for k,v in os.environ.items()}
root=os.path.dirname(os.path.abspath(__file__))
pre=["node","--require",root+"/bench/noop/engine-times.cjs"]
subjects={"ours":lambda op:(pre+[clone+"/cli/launch.cjs",op]+(["--yes"] if op=="up" else []),clone,base),
 "lean":lambda op:(pre+[root+"/bench/noop/raw.cjs",op,raw,"lean"],clone,env),
 "raw":lambda op:(pre+[root+"/bench/noop/raw.cjs",op,raw],clone,env)}
res={}
for r in range(rounds):
  for op in ops:
    for name,f in subjects.items():
      argv,cwd,e=f(op); times="/tmp/bench-times.%d"%os.getpid()
      if os.path.exists(times): os.remove(times)
      b=resource.getrusage(resource.RUSAGE_CHILDREN); t=time.time()
      p=subprocess.run(argv,cwd=cwd,env={**e,"ENGINE_TIMES":times},capture_output=True,text=True)
      w=time.time()-t; a=resource.getrusage(resource.RUSAGE_CHILDREN)
      assert p.returncode==0,p.stderr
      eng=[json.loads(l) for l in open(times)]; os.remove(times)
      e1=sum(x["seconds"] for x in eng if x["command"]==op)
      res.setdefault((op,name),[]).append((w,a.ru_utime+a.ru_stime-b.ru_utime-b.ru_stime,e1))
for (op,name),v in res.items():
  print(op,name,*("%s min %.2f med %.2f"%(n,min(x[i] for x in v),statistics.median(x[i] for x in v)) for i,n in enumerate(("wall","cpu","engine"))), eng and len(eng))
for op in ops:
  for other in ("lean","raw"):
    print(op,"ratio to",other,*("%s min %.2f med %.2f"%(n,min(x[i] for x in res[op,"ours"])/min(x[i] for x in res[op,other]),statistics.median(x[i] for x in res[op,"ours"])/statistics.median(x[i] for x in res[op,other])) for i,n in enumerate(("wall","cpu","engine"))))
